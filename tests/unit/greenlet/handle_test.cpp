// Handles, subclasses, waiting for several.

#include <sio/iwait.hpp>

#include <doctest/doctest.h>
#include <sio/event.hpp>
#include <sio/greenlet.hpp>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "greenlet/loop.hpp"
#include "support/eventually.hpp"
#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;

namespace {

class Greeting : public sio::BaseGreenlet<std::string> {
public:
    Greeting(std::string text, std::chrono::milliseconds pause) : text_(std::move(text)), pause_(pause) {}
    ~Greeting() override { ++ended; }
    static inline int ended = 0;

private:
    std::string run() override {
        sio::sleep(pause_);
        return text_ + "!";
    }

    std::string text_;
    std::chrono::milliseconds pause_;
};

}  // namespace

TEST_CASE("a subclass runs once when started and has the members of a handle") {
    sio::run([] {
        auto greeting = std::make_shared<Greeting>("Hi", 1ms);
        CHECK_FALSE(greeting->started());
        CHECK(greeting->value() == nullptr);
        greeting->start();
        greeting->start();
        CHECK(greeting->started());
        CHECK_FALSE(greeting->join(0ms));
        CHECK(greeting->get() == "Hi!");
        greeting->start();
        CHECK(greeting->ready());
        CHECK(greeting->successful());
        CHECK(*greeting->value() == "Hi!");
    });
}

TEST_CASE("an object of a subclass converts to handles, and lives while it runs") {
    Greeting::ended = 0;
    sio::run([] {
        auto object = std::make_shared<Greeting>("a", 1ms);
        object->start_later(1ms);
        sio::Greenlet<std::string> handle = object;
        object = nullptr;
        const sio::AnyGreenlet any = handle;
        CHECK(sio::joinall({any, sio::spawn([] {})}, 1min));
        CHECK(handle.get() == "a!");
        CHECK(Greeting::ended == 0);
    });
    CHECK(Greeting::ended == 1);
    sio::run([] {
        std::make_shared<Greeting>("b", 1ms)->start();
        CHECK(eventually([] { return Greeting::ended == 2; }));
    });
}

TEST_CASE("an object that is never started ends with its last pointer") {
    Greeting::ended = 0;
    sio::run([] {
        auto object = std::make_shared<Greeting>("never", 1ms);
        CHECK_FALSE(object->join(1ms));
        object.reset();
        CHECK(Greeting::ended == 1);
    });
}

TEST_CASE("a greenlet killed with an exception ends with that exception") {
    sio::run([] {
        auto child = sio::spawn([] { sio::sleep(1h); });
        sio::sleep(0ms);
        child.kill(std::out_of_range("enough"));
        CHECK(child.ready());
        CHECK_FALSE(child.successful());
        CHECK_THROWS_WITH_AS(child.get(), "enough", std::out_of_range);
        auto unborn = sio::spawn([] {});
        unborn.kill(std::make_exception_ptr(std::out_of_range("too early")));
        CHECK_THROWS_WITH_AS(unborn.get(), "too early", std::out_of_range);
    });
}

TEST_CASE("an exception thrown into a greenlet is thrown once: it may go on") {
    sio::run([] {
        std::vector<std::string> seen;
        auto child = sio::spawn([&] {
            try {
                sio::sleep(1h);
            } catch (const std::runtime_error& error) {
                seen.emplace_back(error.what());
            }
            sio::sleep(1ms);
            return 7;
        });
        sio::sleep(0ms);
        child.kill(std::runtime_error("wake up"), false);
        CHECK(child.get(1min) == 7);
        CHECK(seen == std::vector<std::string>{"wake up"});
        CHECK(*child.value() == 7);
    });
}

TEST_CASE("a link gets a handle of the ended greenlet, of its type if it wants it") {
    sio::run([] {
        int typed = 0;
        std::uint64_t any = 0;
        auto child = sio::spawn([] { return 5; });
        child.link([&](const sio::Greenlet<int>& ended) { typed = *ended.value(); });
        child.link([&](const sio::AnyGreenlet& ended) { any = ended.id(); });
        child.join();
        sio::sleep(0ms);
        CHECK(typed == 5);
        CHECK(any == child.id());
        child.link([&](const sio::Greenlet<int>& ended) { typed += ended.get(); });
        sio::sleep(0ms);
        CHECK(typed == 10);
    });
}

TEST_CASE("a rawlink is called where the greenlet ends, or at once") {
    sio::run([] {
        std::vector<std::string> order;
        auto child = sio::spawn([&] { order.emplace_back("child"); });
        child.rawlink([&] { order.emplace_back("raw"); });
        child.join();
        order.emplace_back("joined");
        child.rawlink([&] { order.emplace_back("late"); });
        CHECK(order == std::vector<std::string>{"child", "raw", "joined", "late"});
    });
}

TEST_CASE("getcurrent() is the handle that spawn() returned, and empty outside greenlets") {
    CHECK_FALSE(sio::getcurrent());
    sio::run([] {
        sio::AnyGreenlet seen;
        auto child = sio::spawn([&] { seen = sio::getcurrent(); });
        child.join();
        CHECK(seen == child);
        CHECK(sio::getcurrent().id() == sio::current_greenlet_id());
    });
}

TEST_CASE("getcurrent() of a handler is a handle that can be named, killed and joined") {
    sio::run([] {
        sio::AnyGreenlet handler;
        bool killed = false;
        sio::greenlet::Loop::current()->enter([&] {
            handler = sio::getcurrent();
            handler.set_name("handler");
            CHECK(handler == sio::getcurrent());
            CHECK(handler.id() == sio::current_greenlet_id());
            try {
                sio::sleep(1h);
            } catch (const sio::GreenletExit&) {
                killed = true;
                throw;
            }
        });
        CHECK(handler.started());
        CHECK_FALSE(handler.ready());
        CHECK(handler.name() == "handler");
        handler.kill();
        CHECK(killed);
        CHECK(handler.ready());
        LogCapture log;
        sio::greenlet::Loop::current()->enter([&] {
            handler = sio::getcurrent();
            throw std::runtime_error("out of the handler");
        });
        CHECK_FALSE(handler.successful());
        handler = {};
        CHECK(log.count("out of the handler") == 1);
    });
}

TEST_CASE("iwait() gives greenlets in the order in which they end") {
    sio::run([] {
        const auto ended = sio::spawn([] { return 3; });
        ended.join();
        std::array<sio::Event, 3> turns;  // each waits for the one that is to end before it
        std::vector<sio::Greenlet<int>> all;
        for (const std::size_t n : {2U, 0U, 1U}) {
            all.push_back(sio::spawn([&turns, n] {
                if (n > 0) turns[n - 1].wait();
                turns[n].set();
                return static_cast<int>(n);
            }));
        }
        all.push_back(ended);
        std::vector<int> order;
        for (const auto& one : sio::iwait(all)) order.push_back(one.get());
        CHECK(order == std::vector<int>{3, 0, 1, 2});
    });
}

TEST_CASE("wait() stops at its count and at its limit") {
    sio::run([] {
        std::vector<sio::AnyGreenlet> all = {sio::spawn([] {}), sio::spawn([] { sio::sleep(1ms); }),
                                             sio::spawn([] { sio::sleep(1h); })};
        CHECK(sio::wait(all, sio::forever, 1).size() == 1);
        CHECK(sio::wait(all, sio::forever, 2).size() == 2);
        CHECK(sio::wait(all, 1ms).size() == 2);
        CHECK(sio::wait(all, 0ms).size() == 2);
        CHECK(sio::wait(std::vector<sio::AnyGreenlet>{}).empty());
        all.back().kill();
        CHECK(sio::wait(all).size() == 3);
    });
}

TEST_CASE("joinall() with raise_error throws as soon as one has failed") {
    sio::run([] {
        auto slow = sio::spawn([] { sio::sleep(1h); });
        auto bad = sio::spawn([] {
            sio::sleep(1ms);
            throw std::runtime_error("bad");
        });
        CHECK_THROWS_WITH_AS(sio::joinall({slow, bad}, sio::forever, true), "bad", std::runtime_error);
        CHECK_FALSE(slow.ready());
        CHECK_FALSE(sio::joinall({slow}, 1ms, true));
        slow.kill();
        const std::vector<sio::Greenlet<int>> typed = {sio::spawn([] { return 1; }), sio::spawn([] { return 2; })};
        CHECK(sio::joinall(typed, sio::forever, true));
    });
}

TEST_CASE("idle() returns when nobody else is ready") {
    sio::run([] {
        int rounds = 0;
        auto busy = sio::spawn([&] {
            for (; rounds < 100; ++rounds) sio::sleep(0ms);
        });
        auto sleeper = sio::spawn([] { sio::sleep(1h); });
        sio::idle();
        CHECK(rounds == 100);
        CHECK(busy.ready());
        auto one = sio::spawn([] { sio::idle(); });
        auto two = sio::spawn([] { sio::idle(); });
        CHECK(sio::joinall({one, two}, 1min));
        auto idler = sio::spawn([] { sio::idle(); });
        sio::sleep(0ms);
        idler.kill();
        CHECK(idler.ready());
        sleeper.kill();
    });
}
