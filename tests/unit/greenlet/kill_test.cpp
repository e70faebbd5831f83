// A killed greenlet unwinds, wherever it waits, and cannot be kept from it.

#include <sio/greenlet.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unit/greenlet/log_capture.hpp"

using namespace std::chrono_literals;

namespace {

/// Says when the stack that it is on unwinds.
class Witness {
public:
    explicit Witness(int& count) : count_(count) {}
    ~Witness() { ++count_; }

private:
    int& count_;
};

}  // namespace

TEST_CASE("a greenlet is killed wherever it waits, and its destructors run") {
    sio::run([] {
        sio::Event never;
        sio::Queue<int> empty;
        sio::Queue<int> full(1);
        full.put(1);
        sio::Semaphore none(0);
        sio::AsyncResult<int> unset;
        auto sleeper = sio::spawn([] { sio::sleep(sio::forever); });
        const std::vector<std::pair<std::string, std::function<void()>>> waits = {
            {"sleep", [] { sio::sleep(1h); }},      {"sleep without limit", [] { sio::sleep(sio::forever); }},
            {"event", [&] { never.wait(); }},       {"event with a limit", [&] { never.wait(1h); }},
            {"get", [&] { empty.get(); }},          {"put", [&] { full.put(2); }},
            {"semaphore", [&] { none.acquire(); }}, {"result", [&] { unset.get(); }},
            {"join", [&] { sleeper.join(); }},
        };
        for (const auto& [name, wait] : waits) {
            CAPTURE(name);
            int unwound = 0;
            bool went_on = false;
            auto waiter = sio::spawn([&, &wait = wait] {
                const Witness witness(unwound);
                wait();
                went_on = true;
            });
            sio::sleep(0ms);
            CHECK_FALSE(waiter.ready());
            waiter.kill();
            CHECK(waiter.ready());
            CHECK(unwound == 1);
            CHECK_FALSE(went_on);
        }
        // Nobody is left in the queues, and nothing was lost.
        none.release();
        CHECK(none.try_lock());
        CHECK(full.get() == 1);
        CHECK(full.empty());
        sleeper.kill();
    });
}

TEST_CASE("a kill without waiting takes effect on a later turn") {
    sio::run([] {
        auto child = sio::spawn([] { sio::sleep(1h); });
        sio::sleep(0ms);
        child.kill(false);
        CHECK_FALSE(child.ready());
        CHECK(child.join(1min));
        child.kill();  // has ended: nothing happens
    });
}

TEST_CASE("a greenlet killed before it begins never does") {
    sio::run([] {
        bool ran = false;
        auto child = sio::spawn([&] { ran = true; });
        child.kill();
        CHECK(child.ready());
        sio::sleep(1ms);
        CHECK_FALSE(ran);
    });
}

TEST_CASE("a greenlet may kill itself") {
    sio::run([] {
        int unwound = 0;
        sio::Greenlet<> self;
        self = sio::spawn([&] {
            const Witness witness(unwound);
            self.kill();
            unwound += 100;
        });
        self.join();
        CHECK(unwound == 1);
    });
}

TEST_CASE("GreenletExit passes handlers for std::exception") {
    sio::run([] {
        bool caught = false;
        auto child = sio::spawn([&] {
            try {
                sio::sleep(1h);
            } catch (const std::exception&) {
                caught = true;
            }
        });
        sio::sleep(0ms);
        child.kill();
        CHECK_FALSE(caught);
    });
}

TEST_CASE("a greenlet that swallows its kill is told again by its next blocking call") {
    sio::run([] {
        std::string order;
        auto child = sio::spawn([&] {
            for (int i = 0; i < 3; ++i) {
                try {
                    sio::sleep(1h);
                } catch (...) {
                    order += "swallowed;";
                }
            }
            order += "end";
        });
        sio::sleep(0ms);
        child.kill();
        CHECK(order == "swallowed;swallowed;swallowed;end");
        CHECK(child.successful());  // it returned, after all
    });
}

TEST_CASE("a greenlet that swallows for ever lets others run, and is given up") {
    LogCapture log;
    int turns = 0;
    sio::Greenlet<> stubborn;
    sio::run([&] {
        stubborn = sio::spawn([] {
            for (;;) {
                try {
                    sio::sleep(1h);
                } catch (...) {
                }
            }
        });
        stubborn.set_name("stubborn");
        auto other = sio::spawn([&] {
            for (;; ++turns) sio::sleep(0ms);
        });
        sio::sleep(0ms);
        stubborn.kill();
        CHECK(turns > 50);
        CHECK(stubborn.ready());
        CHECK_FALSE(stubborn.successful());
    });
    CHECK(log.count("\"stubborn\" was killed, but catches GreenletExit") == 1);
}

TEST_CASE("a destructor may block while a kill unwinds the stack") {
    sio::run([] {
        sio::Event cleaned_up;
        bool cleaned = false;
        struct Cleanup {
            sio::Event& go;
            bool& done;
            ~Cleanup() {
                go.wait();
                sio::sleep(1ms);
                done = true;
            }
        };
        auto child = sio::spawn([&] {
            const Cleanup cleanup{cleaned_up, cleaned};
            sio::sleep(1h);
        });
        sio::sleep(0ms);
        child.kill(false);
        sio::sleep(1ms);
        child.kill(false);  // nor does a second kill break it
        CHECK_FALSE(child.ready());
        cleaned_up.set();
        child.join();
        CHECK(cleaned);
    });
}

TEST_CASE("what was handed to a greenlet before its kill is not lost") {
    sio::run([] {
        sio::Queue<int> queue;
        std::vector<int> got;
        auto getter = sio::spawn([&] {
            got.push_back(queue.get());
            got.push_back(queue.get());
        });
        sio::sleep(0ms);
        queue.put(1);        // the getter has it now, but has not run yet
        getter.kill(false);  // its second get() throws
        getter.join();
        CHECK(got == std::vector<int>{1});
        queue.put(2);
        CHECK(queue.get() == 2);
    });
}

TEST_CASE("joiners of a killed greenlet wake") {
    sio::run([] {
        auto child = sio::spawn([] { sio::sleep(1h); });
        auto joiner = sio::spawn([&] { return child.join(); });
        sio::sleep(0ms);
        child.kill(false);
        CHECK(joiner.get());
    });
}

TEST_CASE("the end of the main greenlet kills the others, whatever they wait for") {
    int unwound = 0;
    int begun_late = 0;
    sio::Event never;
    sio::run([&] {
        for (int i = 0; i < 100; ++i) {
            sio::spawn([&, i] {
                const Witness witness(unwound);
                if (i % 2) {
                    never.wait();
                } else {
                    sio::sleep(1h);
                }
            });
        }
        // One that begins another while it unwinds.
        sio::spawn([&] {
            struct Spawner {
                int& count;
                ~Spawner() {
                    sio::spawn([&count = count] { ++count; });
                }
            } spawner{begun_late};
            sio::sleep(1h);
        });
        sio::sleep(1ms);
    });
    CHECK(unwound == 100);
    CHECK(begun_late == 0);
}
