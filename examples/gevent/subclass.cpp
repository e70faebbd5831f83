// A greenlet as a class: state, run(), start().

#include <sio/gevent.hpp>

#include <iostream>
#include <memory>
#include <string>

using namespace std::chrono_literals;

class MyGreenlet : public sio::BaseGreenlet<> {
public:
    MyGreenlet(std::string message, sio::Duration pause) : message_(std::move(message)), pause_(pause) {}

private:
    void run() override {
        std::cout << message_ << '\n';
        sio::sleep(pause_);
        std::cout << "done\n";
    }

    std::string message_;
    sio::Duration pause_;
};

int main() {
    sio::run([] {
        auto greenlet = std::make_shared<MyGreenlet>("Hi there!", 3ms);
        greenlet->start();
        greenlet->join();
    });
}
