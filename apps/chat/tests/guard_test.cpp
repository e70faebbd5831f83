#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "digest.hpp"
#include "rate_limit.hpp"

namespace chat {

using namespace std::chrono_literals;

TEST_CASE("SHA-256 is that of FIPS 180-4") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("random keys are of the length asked for and differ") {
    CHECK(random_hex(16).size() == 32);
    CHECK(random_hex(16) != random_hex(16));
}

TEST_CASE("a bucket lets a burst through, then one each interval") {
    const auto start = TokenBucket::Clock::now();
    TokenBucket bucket(3, 1000ms);
    CHECK(bucket.take(start) == 0ms);
    CHECK(bucket.take(start) == 0ms);
    CHECK(bucket.take(start) == 0ms);
    CHECK(bucket.take(start) == 1000ms);
    CHECK(bucket.take(start + 400ms) == 600ms);  // asking costs nothing
    CHECK(bucket.take(start + 1000ms) == 0ms);
    CHECK(bucket.take(start + 1000ms) == 1000ms);
    CHECK(bucket.take(start + 60s) == 0ms);
}

TEST_CASE("a limit for each address is one for each network of IPv6") {
    CHECK(client_network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64");
    CHECK(client_network("2001:db8:1:2::9") == "2001:db8:1:2::/64");
    CHECK(client_network("2001:db8:1:3::9") != client_network("2001:db8:1:2::9"));
    CHECK(client_network("fe80::1%eth0") == "fe80::/64");
    CHECK(client_network("192.0.2.1") == "192.0.2.1");
    CHECK(client_network("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(client_network("unix") == "unix");
}

TEST_CASE("what is given back may go again, and never more than the burst") {
    const auto start = TokenBucket::Clock::now();
    RateLimiter limiter(2, 1000ms);
    for (int i = 0; i < 10; ++i) {
        CHECK(limiter.take("192.0.2.1", start) == 0ms);
        limiter.give_back("192.0.2.1");
    }
    limiter.give_back("192.0.2.2");  // never seen: nothing to undo
    CHECK(limiter.take("192.0.2.1", start) == 0ms);
    CHECK(limiter.take("192.0.2.1", start) == 0ms);
    CHECK(limiter.take("192.0.2.1", start) == 1000ms);
}

TEST_CASE("addresses are limited one by one") {
    const auto start = TokenBucket::Clock::now();
    RateLimiter limiter(1, 1000ms);
    CHECK(limiter.take("192.0.2.1", start) == 0ms);
    CHECK(limiter.take("192.0.2.1", start) == 1000ms);
    CHECK(limiter.take("192.0.2.2", start) == 0ms);
}

TEST_CASE("a limiter forgets the address seen longest ago") {
    const auto start = TokenBucket::Clock::now();
    RateLimiter limiter(1, 1000ms, 2);
    limiter.take("a", start);
    limiter.take("b", start);
    limiter.take("a", start);
    limiter.take("c", start);
    CHECK(limiter.take("a", start) == 1000ms);
    CHECK(limiter.take("b", start) == 0ms);
}

}  // namespace chat
