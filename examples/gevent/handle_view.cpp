// A page that needs three things fetches them at once: it takes as long as the slowest, not as long as all of them.

#include <sio/gevent.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

std::string query_user() {
    sio::sleep(20ms);  // a database, somewhere
    return "alice";
}

std::string query_messages() {
    sio::sleep(30ms);
    return "3 messages";
}

std::string query_weather() {
    sio::sleep(10ms);
    return "sunny";
}

std::string handle_view() {
    auto user = sio::spawn(query_user);
    auto messages = sio::spawn(query_messages);
    auto weather = sio::spawn(query_weather);
    sio::joinall({user, messages, weather});
    return user.get() + ", " + messages.get() + ", " + weather.get();
}

}  // namespace

int main() {
    const auto begin = std::chrono::steady_clock::now();
    std::cout << sio::run(handle_view) << '\n';
    const bool concurrent = std::chrono::steady_clock::now() - begin < 60ms;
    std::cout << (concurrent ? "in less time than one after the other\n" : "slowly\n");
}
