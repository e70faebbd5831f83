#include "net/out_queue.hpp"

#include <doctest/doctest.h>
#include <sys/uio.h>

#include <array>
#include <random>
#include <string>

#include "net/kept_bytes.hpp"

using namespace sio::net;

namespace {

std::string gathered(const OutQueue& queue, std::size_t pieces) {
    std::array<::iovec, 64> vectors;
    std::string all;
    const auto used = queue.gather(vectors.data(), pieces);
    for (std::size_t i = 0; i < used; ++i)
        all.append(static_cast<const char*>(vectors[i].iov_base), vectors[i].iov_len);
    return all;
}

}  // namespace

TEST_CASE("small writes lie behind each other in one piece") {
    OutQueue::Pool pool;
    OutQueue queue;
    const auto shared = std::make_shared<const std::string>(OutQueue::copy_limit, 's');
    queue.append(pool, std::string_view("one"));
    queue.append(pool, shared);
    queue.append(pool, std::string_view("two"));
    CHECK(shared.use_count() == 1);
    CHECK(queue.front() == "one" + *shared + "two");
    CHECK(queue.bytes() == 6 + shared->size());
    queue.clear(pool);
    CHECK(queue.empty());
    CHECK(queue.front().empty());
}

TEST_CASE("a shared string that is alone is referred to, and copied as soon as another write follows") {
    OutQueue::Pool pool;
    OutQueue queue;
    const auto shared = std::make_shared<const std::string>("frame");
    queue.append(pool, shared);
    CHECK(shared.use_count() == 2);
    CHECK(queue.single());
    CHECK(queue.front().data() == shared->data());
    CHECK(gathered(queue, 64) == "frame");

    SUBCASE("a write follows") {
        queue.append(pool, std::string_view("more"));
        CHECK(shared.use_count() == 1);
        CHECK(queue.front() == "framemore");
        CHECK(queue.bytes() == 9);
    }
    SUBCASE("another follows") {
        queue.append(pool, shared);
        CHECK(shared.use_count() == 1);
        CHECK(gathered(queue, 64) == "frameframe");
    }
    SUBCASE("part of it has been sent") {
        queue.consume(pool, 2);
        CHECK(queue.front() == "ame");
        CHECK(queue.bytes() == 3);
        queue.append(pool, std::string_view("more"));
        CHECK(gathered(queue, 64) == "amemore");
    }
    SUBCASE("all of it has been sent") {
        queue.consume(pool, 5);
        CHECK(shared.use_count() == 1);
        CHECK(queue.empty());
    }
    SUBCASE("it leaves with the connection") {
        CHECK(queue.take_all(pool) == "frame");
        CHECK(queue.empty());
    }
    queue.clear(pool);
}

TEST_CASE("a large shared string is referred to until it has been sent") {
    OutQueue::Pool pool;
    OutQueue queue;
    const auto shared = std::make_shared<const std::string>(OutQueue::copy_limit + 1, 's');
    queue.append(pool, shared);
    CHECK(shared.use_count() == 2);
    CHECK(queue.front().data() == shared->data());
    queue.consume(pool, shared->size() - 1);
    CHECK(shared.use_count() == 2);
    CHECK(queue.front() == "s");
    queue.consume(pool, 1);
    CHECK(shared.use_count() == 1);
}

TEST_CASE("whatever is appended comes out in order, whatever is consumed at a time") {
    std::mt19937 random(1);
    const auto up_to = [&](std::size_t limit) { return random() % limit; };
    OutQueue::Pool pool;
    OutQueue queue;
    std::string expected;
    for (int step = 0; step < 20000; ++step) {
        if (up_to(2) == 0) {
            std::string bytes(up_to(up_to(10) == 0 ? 20000 : 600), static_cast<char>('a' + up_to(26)));
            expected += bytes;
            if (up_to(2) == 0) {
                queue.append(pool, std::string_view(bytes));
            } else {
                queue.append(pool, std::make_shared<const std::string>(std::move(bytes)));
            }
        } else {
            const auto front = gathered(queue, 1 + up_to(8));
            REQUIRE(expected.compare(0, front.size(), front) == 0);
            std::string peeked(up_to(3000), '\0');
            peeked.resize(queue.peek(peeked.data(), peeked.size()));
            REQUIRE(expected.compare(0, peeked.size(), peeked) == 0);
            const auto count = up_to(queue.bytes() + 1);
            queue.consume(pool, count);
            expected.erase(0, count);
        }
        REQUIRE(queue.bytes() == expected.size());
        REQUIRE(queue.empty() == expected.empty());
    }
    queue.clear(pool);
}

TEST_CASE("kept bytes survive any mixture of appending and consuming, and take no memory when empty") {
    std::mt19937 random(2);
    KeptBytes kept;
    CHECK(kept.data() == nullptr);
    std::string expected;
    for (int step = 0; step < 20000; ++step) {
        if (random() % 2 == 0) {
            const std::string bytes(random() % 300, static_cast<char>('a' + random() % 26));
            kept.append(bytes.data(), bytes.size());
            expected += bytes;
        } else {
            const auto count = random() % (kept.size() + 1);
            kept.consume(count);
            expected.erase(0, count);
        }
        REQUIRE(std::string_view(kept.data(), kept.size()) == expected);
    }
    kept.consume(kept.size());
    CHECK(kept.data() == nullptr);
}
