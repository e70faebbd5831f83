// The C++ runtime keeps the state of exceptions for each thread; greenlets on one thread must not see each other's.

#include <doctest/doctest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/greenlet.hpp>

#include "greenlet/loop.hpp"

using namespace std::chrono_literals;

namespace {

std::string current_text() {
    try {
        if (auto current = std::current_exception()) std::rethrow_exception(current);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("greenlets that are suspended inside catch blocks keep their own exceptions") {
    sio::run([] {
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 5; ++i) {
            all.push_back(sio::spawn([i] {
                const std::string name = "error of " + std::to_string(i);
                try {
                    throw std::runtime_error(name);
                } catch (const std::exception& error) {
                    for (int turn = 0; turn <= (i * 7) % 5; ++turn) sio::sleep(0ms);
                    CHECK(error.what() == name);
                    CHECK(current_text() == name);
                    sio::sleep(std::chrono::milliseconds(5 - i));
                    CHECK(current_text() == name);
                    try {
                        throw;
                    } catch (const std::exception& again) {
                        CHECK(again.what() == name);
                    }
                }
                CHECK(current_text() == "none");
                CHECK(std::uncaught_exceptions() == 0);
            }));
        }
        sio::joinall(all);
    });
}

TEST_CASE("a greenlet begun or woken inside a catch block does not see the block's exception") {
    sio::run([] {
        auto& loop = *sio::greenlet::Loop::current();
        sio::Event event;
        std::string seen;
        auto waiter = sio::spawn([&] {
            event.wait();
            seen += current_text() + ";";
        });
        sio::sleep(0ms);
        try {
            throw std::runtime_error("outer");
        } catch (const std::exception&) {
            loop.enter([&] {
                seen += current_text() + ";";
                try {
                    throw std::runtime_error("inner");
                } catch (const std::exception&) {
                    sio::sleep(0ms);
                    seen += current_text() + ";";
                }
            });
            CHECK(current_text() == "outer");
            event.set();
            sio::sleep(1ms);
            CHECK(current_text() == "outer");
        }
        CHECK(seen == "none;inner;none;");
    });
}

TEST_CASE("uncaught_exceptions counts right while a destructor blocks during unwinding") {
    sio::run([] {
        struct Blocks {
            ~Blocks() {
                CHECK(std::uncaught_exceptions() == 1);
                auto child = sio::spawn([] { CHECK(std::uncaught_exceptions() == 0); });
                child.join();
                sio::sleep(1ms);
                CHECK(std::uncaught_exceptions() == 1);
            }
        };
        CHECK_THROWS_WITH(
            [] {
                const Blocks blocks;
                throw std::runtime_error("thrown past it");
            }(),
            "thrown past it");
        CHECK(std::uncaught_exceptions() == 0);
    });
}

TEST_CASE("exceptions thrown out of blocking calls leave the count at zero") {
    sio::run([] {
        for (int i = 0; i < 3; ++i) {
            sio::Queue<int> queue;
            CHECK_THROWS_AS(queue.get(1ms), sio::Timeout);
            CHECK(std::uncaught_exceptions() == 0);
        }
    });
}

TEST_CASE("a greenlet killed inside a catch block ends its exception") {
    struct Counted : std::runtime_error {
        explicit Counted(int& n) : std::runtime_error("counted"), alive(&n) { ++*alive; }
        Counted(const Counted& other) : std::runtime_error(other), alive(other.alive) { ++*alive; }
        ~Counted() override { --*alive; }
        int* alive;
    };
    int alive = 0;
    sio::run([&] {
        auto child = sio::spawn([&] {
            try {
                throw Counted(alive);
            } catch (const Counted&) {
                sio::sleep(1h);
            }
        });
        sio::sleep(1ms);
        CHECK(alive == 1);
        child.kill();
        CHECK(alive == 0);
    });
}
