#include <sio/local.hpp>

#include <doctest/doctest.h>
#include <sio/greenlet.hpp>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "greenlet/loop.hpp"

using namespace std::chrono_literals;

TEST_CASE("each greenlet has its own value, on every loop") {
    static sio::Local<int> number;
    const auto use = [] {
        *number = 1;
        auto child = sio::spawn([] {
            CHECK_FALSE(number.exists());
            CHECK(*number == 0);
            *number = 2;
            sio::sleep(1ms);
            CHECK(*number == 2);
        });
        sio::sleep(0ms);
        CHECK(*number == 1);
        child.join();
        CHECK(*number == 1);
        number.reset();
        CHECK_FALSE(number.exists());
        CHECK(*number == 0);
    };
    std::thread other([&] { sio::run(use); });
    sio::run(use);
    other.join();
}

TEST_CASE("a first value is made by the given function") {
    int made = 0;
    sio::Local<std::string> name([&] { return "greenlet " + std::to_string(++made); });
    sio::run([&] {
        CHECK(*name == "greenlet 1");
        CHECK(name->size() == 10);
        CHECK(sio::spawn([&] { return name.get(); }).get() == "greenlet 2");
    });
}

TEST_CASE("values end with their greenlet, the last first, and may use each other") {
    struct Noted {
        std::vector<std::string>* order = nullptr;
        std::string name;
        Noted() = default;
        Noted(const Noted&) = delete;
        Noted& operator=(const Noted&) = delete;
        ~Noted() {
            if (order) order->push_back(name);
        }
    };
    std::vector<std::string> order;
    sio::Local<Noted> first;
    sio::Local<Noted> second;
    sio::run([&] {
        sio::spawn([&] {
            first->order = &order;
            second->order = &order;
            first->name = "first";
            second->name = "second";
        }).join();
        sio::sleep(0ms);
    });
    CHECK(order == std::vector<std::string>{"second", "first"});
}

TEST_CASE("a handler's values are gone when the next one runs on its coroutine") {
    sio::Local<int> number;
    sio::run([&] {
        auto& loop = *sio::greenlet::Loop::current();
        loop.enter([&] { *number = 1; });
        loop.enter([&] { CHECK_FALSE(number.exists()); });
    });
}

TEST_CASE("a Local that is made where another was has fresh values") {
    sio::run([] {
        std::optional<sio::Local<int>> number(std::in_place);
        **number = 5;
        number.emplace();
        CHECK(**number == 0);
    });
}

TEST_CASE("outside greenlets there are no values") {
    sio::Local<int> number;
    CHECK_THROWS_AS(*number, sio::Error);
}
