// Switching by hand, without a scheduler: 78 is never printed, since nobody switches back.

#include <sio/raw.hpp>

#include <iostream>

using sio::raw::Greenlet;

int main() {
    Greenlet first;
    Greenlet second;
    first = Greenlet([&] {
        std::cout << 12 << '\n';
        second.switch_();
        std::cout << 34 << '\n';
    });
    second = Greenlet([&] {
        std::cout << 56 << '\n';
        first.switch_();
        std::cout << 78 << '\n';
    });
    first.switch_();
}
