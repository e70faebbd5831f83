// Priority queues and channels; plain queues are in sync_test.cpp.

#include <doctest/doctest.h>
#include <sio/channel.hpp>
#include <sio/greenlet.hpp>
#include <sio/joinable_queue.hpp>
#include <sio/priority_queue.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a full queue passes on values of blocked putters in their order") {
    sio::run([] {
        sio::Queue<std::unique_ptr<int>> queue(1);
        CHECK_FALSE(queue.full());
        std::vector<sio::AnyGreenlet> putters;
        for (int i = 0; i < 4; ++i) putters.push_back(sio::spawn([&, i] { queue.put(std::make_unique<int>(i)); }));
        sio::sleep(0ms);
        CHECK(queue.full());
        CHECK(putters[0].ready());
        CHECK_FALSE(putters[1].ready());
        putters[2].kill();  // takes its value with it
        std::vector<int> got;
        while (auto value = queue.try_get()) got.push_back(**value);
        CHECK(got == std::vector<int>{0, 1, 3});
        CHECK(sio::joinall(putters, 1min));
    });
}

TEST_CASE("a value handed to a getter reaches it although it is killed") {
    sio::run([] {
        sio::Queue<int> queue;
        int got = 0;
        auto getter = sio::spawn([&] {
            got = queue.get();
            sio::sleep(0ms);
        });
        sio::sleep(0ms);
        queue.put(5);
        CHECK(queue.empty());
        getter.kill();
        CHECK(got == 5);
        CHECK(getter.exception());
    });
}

TEST_CASE("peek() leaves the value where it is") {
    sio::run([] {
        sio::Queue<std::string> queue;
        CHECK_FALSE(queue.peek());
        queue.put("a");
        queue.put("b");
        CHECK(queue.peek() == "a");
        CHECK(queue.get() == "a");
        CHECK(queue.size() == 1);
    });
}

TEST_CASE("a priority queue gives the least value first") {
    sio::run([] {
        sio::PriorityQueue<int> queue;
        for (const int value : {5, 1, 4, 2, 3}) queue.put(value);
        CHECK(queue.peek() == 1);
        for (int expected = 1; expected <= 5; ++expected) CHECK(queue.get() == expected);
        CHECK_THROWS_AS(queue.get(1ms), sio::Timeout);
        sio::PriorityQueue<std::string, std::greater<>> reversed;
        reversed.put("a");
        reversed.put("b");
        CHECK(reversed.get() == "b");
    });
}

TEST_CASE("a full priority queue orders blocked values with the others") {
    sio::run([] {
        sio::PriorityQueue<int> queue(2);
        queue.put(5);
        queue.put(6);
        CHECK(queue.full());
        auto putter = sio::spawn([&] { queue.put(1); });
        sio::sleep(0ms);
        CHECK_THROWS_AS(queue.put(0, 1ms), sio::Timeout);
        std::vector<int> got;
        while (auto value = queue.try_get()) got.push_back(*value);
        CHECK(got == std::vector<int>{1, 5, 6});
        CHECK(putter.join(1min));
    });
}

TEST_CASE("a channel is a meeting: neither side goes on alone") {
    sio::run([] {
        sio::Channel<std::unique_ptr<int>> channel;
        CHECK_FALSE(channel.try_put(std::make_unique<int>(0)));
        CHECK_FALSE(channel.try_get());
        std::vector<int> order;
        auto putter = sio::spawn([&] {
            for (int i = 0; i < 3; ++i) {
                channel.put(std::make_unique<int>(i));
                order.push_back(i);
            }
        });
        sio::sleep(1ms);
        CHECK(order.empty());
        CHECK(*channel.get() == 0);
        CHECK(order.empty());
        sio::sleep(0ms);
        CHECK(order == std::vector<int>{0});
        CHECK(*channel.get() == 1);
        CHECK(*channel.get() == 2);
        CHECK(putter.join(1min));
        CHECK(channel.empty());
        auto getter = sio::spawn([&] { return *channel.get(); });
        sio::sleep(0ms);
        CHECK(channel.try_put(std::make_unique<int>(9)));
        CHECK(getter.get() == 9);
    });
}

TEST_CASE("a channel forgets those that gave up") {
    sio::run([] {
        sio::Channel<int> channel;
        CHECK_THROWS_AS(channel.put(1, 1ms), sio::Timeout);
        CHECK_THROWS_AS(channel.get(1ms), sio::Timeout);
        auto killed = sio::spawn([&] { channel.put(2); });
        sio::sleep(0ms);
        killed.kill();
        CHECK_FALSE(channel.try_get());
    });
}

TEST_CASE("channels and queues connect threads; nothing is lost or repeated") {
    sio::Channel<int> there;
    sio::Queue<int> back(3);
    std::thread other([&] {
        sio::run([&] {
            for (int value; (value = there.get()) >= 0;) back.put(value * 2);
        });
    });
    long sum = 0;
    sio::run([&] {
        auto reader = sio::spawn([&] {
            for (int i = 0; i < 1000; ++i) sum += back.get();
        });
        for (int i = 0; i < 1000; ++i) there.put(i);
        there.put(-1);
        reader.get();
    });
    other.join();
    CHECK(sum == 999 * 1000);
}

TEST_CASE("a joinable queue is done when every value has been dealt with") {
    sio::run([] {
        sio::JoinableQueue<int> queue(2);
        CHECK(queue.join());  // nothing was put
        int sum = 0;
        std::vector<sio::AnyGreenlet> workers;
        for (int i = 0; i < 3; ++i) {
            workers.push_back(sio::spawn([&] {
                for (;;) {
                    const int value = queue.get();
                    sio::sleep(1ms);
                    sum += value;
                    if (value == 10) queue.put(100);  // work that work brings
                    queue.task_done();
                }
            }));
        }
        for (int i = 1; i <= 10; ++i) queue.put(i);
        CHECK(queue.unfinished_tasks() > 0);
        CHECK_FALSE(queue.join(0ms));
        CHECK(queue.join());
        CHECK(sum == 155);
        CHECK(queue.unfinished_tasks() == 0);
        CHECK_THROWS_AS(queue.task_done(), sio::Error);
        sio::killall(workers);
    });
}

TEST_CASE("a value that found no place in a joinable queue is not waited for") {
    sio::run([] {
        sio::JoinableQueue<int> queue(1);
        queue.put(1);
        CHECK_FALSE(queue.try_put(2));
        CHECK_THROWS_AS(queue.put(3, 1ms), sio::Timeout);
        auto killed = sio::spawn([&] { queue.put(4); });
        sio::sleep(0ms);
        CHECK(queue.unfinished_tasks() == 2);
        killed.kill();
        CHECK(queue.unfinished_tasks() == 1);
        CHECK(queue.get() == 1);
        CHECK(queue.empty());
        queue.task_done();
        CHECK(queue.join());
    });
}

TEST_CASE("a joinable queue is shared between loops") {
    sio::JoinableQueue<int> queue;
    std::atomic<int> sum{0};
    std::thread worker([&] {
        sio::run([&] {
            while (const int value = queue.get()) {
                sum += value;
                queue.task_done();
            }
            queue.task_done();
        });
    });
    sio::run([&] {
        for (int i = 1; i <= 1000; ++i) queue.put(i);
        CHECK(queue.join());
        CHECK(sum == 500500);
        queue.put(0);
    });
    worker.join();
    CHECK(queue.unfinished_tasks() == 0);
}
