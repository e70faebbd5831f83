#include <sio/raw.hpp>

#include <doctest/doctest.h>
#include <sio/greenlet.hpp>

#include <any>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;
namespace raw = sio::raw;

TEST_CASE("two greenlets switch to each other, and the end of one returns to the parent") {
    std::vector<int> printed;
    std::optional<raw::Greenlet> second;
    const raw::Greenlet first([&] {
        printed.push_back(12);
        second->switch_();
        printed.push_back(34);
    });
    second.emplace([&] {
        printed.push_back(56);
        first.switch_();
        printed.push_back(78);
    });
    first.switch_();
    CHECK(printed == std::vector<int>{12, 56, 34});
    CHECK(first.dead());
    CHECK(second->active());
    second.reset();
    CHECK(printed.size() == 3);
}

TEST_CASE("values pass both ways") {
    raw::Greenlet sum([](std::any first) {
        int total = std::any_cast<int>(first);
        const raw::Greenlet parent = raw::current().parent();
        for (;;) {
            const std::any next = parent.switch_(total);
            if (!next.has_value()) return std::string("done");
            total += std::any_cast<int>(next);
        }
    });
    CHECK_FALSE(sum.active());
    CHECK(std::any_cast<int>(sum.switch_(1)) == 1);
    CHECK(sum.active());
    CHECK(std::any_cast<int>(sum.switch_(2)) == 3);
    CHECK(std::any_cast<int>(sum.switch_(3)) == 6);
    CHECK(std::any_cast<std::string>(sum.switch_()) == "done");
    CHECK(sum.dead());
    CHECK(std::any_cast<int>(sum.switch_(5)) == 5);  // a dead one: its parent, that is us
}

TEST_CASE("exceptions go to the parent, GreenletExit does not") {
    raw::Greenlet bad([] { throw std::runtime_error("bad"); });
    CHECK_THROWS_WITH_AS(bad.switch_(), "bad", std::runtime_error);
    CHECK(bad.dead());
    raw::Greenlet exits([] { throw sio::GreenletExit(); });
    CHECK_FALSE(exits.switch_().has_value());
    CHECK(exits.dead());
}

TEST_CASE("throw_ raises where the greenlet stopped, and kills one that never began") {
    std::string caught;
    raw::Greenlet child([&] {
        try {
            raw::current().parent().switch_();
        } catch (const std::runtime_error& error) {
            caught = error.what();
        }
        return 4;
    });
    child.switch_();
    CHECK(std::any_cast<int>(child.throw_(std::make_exception_ptr(std::runtime_error("in there")))) == 4);
    CHECK(caught == "in there");
    raw::Greenlet unborn([&] { caught = "ran"; });
    CHECK_THROWS_AS(unborn.throw_(std::make_exception_ptr(std::out_of_range("early"))), std::out_of_range);
    CHECK(unborn.dead());
    raw::Greenlet quiet([&] { caught = "ran"; });
    CHECK_FALSE(quiet.throw_().has_value());
    CHECK(quiet.dead());
    CHECK(caught == "in there");
}

TEST_CASE("children may have children, and a chosen parent") {
    std::vector<std::string> order;
    raw::Greenlet top([&] {
        const raw::Greenlet self = raw::current();
        raw::Greenlet inner([&] {
            CHECK(raw::current().parent() == self);
            order.emplace_back("inner");
        });
        inner.switch_();
        order.emplace_back("top");
        raw::Greenlet failing([] { throw std::runtime_error("for top"); }, self);
        CHECK_THROWS_AS(failing.switch_(), std::runtime_error);
    });
    top.switch_();
    CHECK(order == std::vector<std::string>{"inner", "top"});
    CHECK_FALSE(raw::current().parent());
}

TEST_CASE("one that nobody refers to any more unwinds") {
    int unwound = 0;
    struct Count {
        int& n;
        ~Count() { ++n; }
    };
    {
        raw::Greenlet child([&] {
            const Count count{unwound};
            raw::current().parent().switch_();
            unwound += 100;
        });
        child.switch_();
        CHECK(unwound == 0);
    }
    CHECK(unwound == 1);
    // Two whose stacks hold each other: the end of one ends the other.
    struct Pair {
        raw::Greenlet one, two;
    };
    {
        auto pair = std::make_unique<Pair>();
        pair->one = raw::Greenlet([&, p = pair.get()] {
            const Count count{unwound};
            p->two.switch_();
        });
        pair->two = raw::Greenlet([&, p = pair.get()] {
            const Count count{unwound};
            p->two.parent().switch_();
        });
        pair->one.switch_();
    }
    CHECK(unwound == 3);
}

TEST_CASE("one that swallows GreenletExit is given up") {
    LogCapture log;
    {
        raw::Greenlet stubborn([] {
            for (;;) {
                try {
                    raw::current().parent().switch_();
                } catch (...) {
                }
            }
        });
        stubborn.switch_();
    }
    CHECK(log.count("given up") == 1);
}

TEST_CASE("an exception that is being handled stays with its stack") {
    raw::Greenlet child([] {
        try {
            throw std::runtime_error("child's");
        } catch (...) {
            raw::current().parent().switch_();
            try {
                std::rethrow_exception(std::current_exception());
            } catch (const std::exception& error) {
                CHECK(std::string(error.what()) == "child's");
            }
        }
        CHECK_FALSE(std::current_exception());
    });
    child.switch_();
    try {
        throw std::runtime_error("parent's");
    } catch (...) {
        child.switch_();
        CHECK_THROWS_WITH_AS(std::rethrow_exception(std::current_exception()), "parent's", std::runtime_error);
    }
    CHECK(child.dead());
}

TEST_CASE("inside a sio greenlet there is a tree of its own, and blocking in it blocks that greenlet only") {
    sio::run([] {
        std::vector<std::string> order;
        auto other = sio::spawn([&] {
            for (int i = 0; i < 2; ++i) {
                order.emplace_back("other");
                sio::sleep(2ms);
            }
        });
        raw::Greenlet generator([&] {
            for (int i = 0; i < 2; ++i) {
                sio::sleep(3ms);
                order.emplace_back("value");
                raw::current().parent().switch_(i);
            }
        });
        CHECK(std::any_cast<int>(generator.switch_()) == 0);
        auto intruder = sio::spawn([&] { CHECK_THROWS_AS(generator.switch_(), std::logic_error); });
        intruder.get();
        CHECK(std::any_cast<int>(generator.switch_()) == 1);
        CHECK(order.front() == "other");
        CHECK(order.back() == "value");
        CHECK(order.size() == 4);
    });
}

TEST_CASE("a killed sio greenlet unwinds the raw one that it is in") {
    sio::run([] {
        int unwound = 0;
        struct Count {
            int& n;
            ~Count() { ++n; }
        };
        auto victim = sio::spawn([&] {
            const Count outer{unwound};
            raw::Greenlet suspended([&] {
                const Count count{unwound};
                raw::current().parent().switch_();
            });
            suspended.switch_();
            raw::Greenlet inner([&] {
                const Count count{unwound};
                sio::sleep(1h);
            });
            inner.switch_();
            sio::sleep(1h);
        });
        sio::sleep(1ms);
        victim.kill();
        CHECK(unwound == 3);
    });
}

TEST_CASE("what is suspended when its thread or sio greenlet ends unwinds then, and is dead") {
    int unwound = 0;
    struct Count {
        int& n;
        ~Count() { ++n; }
    };
    raw::Greenlet kept;
    const auto leave_one = [&] {
        kept = raw::Greenlet([&] {
            const Count count{unwound};
            raw::current().parent().switch_();
        });
        kept.switch_();
    };
    std::thread(leave_one).join();
    CHECK(unwound == 1);
    CHECK(kept.dead());
    CHECK_THROWS_AS(kept.switch_(), std::logic_error);
    sio::run([&] { sio::spawn(leave_one).join(); });
    CHECK(unwound == 2);
    CHECK(kept.dead());
}
