#include "wire/ws_deflate.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

using namespace sio::wire;
using Result = WsInflater::Result;
using namespace std::string_literals;

namespace {

std::string deflated(WsDeflater& deflater, std::string_view message) {
    std::string out;
    deflater.deflate(message, out);
    return out;
}

std::string chosen(std::string_view extensions) {
    const auto params = accept_deflate_offer(extensions);
    return params ? describe_deflate(*params) : "none";
}

}  // namespace

TEST_CASE("an offer is answered with what was offered, and nothing more") {
    CHECK(chosen("permessage-deflate") == "permessage-deflate");
    // What browsers send.
    CHECK(chosen("permessage-deflate; client_max_window_bits") == "permessage-deflate");
    CHECK(chosen("Permessage-Deflate; server_no_context_takeover") == "permessage-deflate; server_no_context_takeover");
    CHECK(chosen("permessage-deflate;client_no_context_takeover") == "permessage-deflate; client_no_context_takeover");
    CHECK(chosen("permessage-deflate; server_no_context_takeover; client_no_context_takeover") ==
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
    CHECK(chosen("permessage-deflate; server_max_window_bits=\"10\"") ==
          "permessage-deflate; server_max_window_bits=10");
    CHECK(accept_deflate_offer("permessage-deflate; server_max_window_bits=12")->server_window_bits == 12);
}

TEST_CASE("the first offer that can be met is taken, and others are passed over") {
    CHECK(chosen("x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=8, permessage-deflate") ==
          "permessage-deflate");
    CHECK(chosen("foo; a=\"permessage-deflate, x\", permessage-deflate; server_max_window_bits=9") ==
          "permessage-deflate; server_max_window_bits=9");
    for (const char* none :
         {"", ",,", "deflate", "permessage-deflate; server_max_window_bits",
          "permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=010", "permessage-deflate; client_max_window_bits=7",
          "permessage-deflate; client_max_window_bits=", "permessage-deflate; unknown",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
          "permessage-deflate; =", "permessage-deflate; \"", "\"permessage-deflate"}) {
        CAPTURE(none);
        CHECK(chosen(none) == "none");
    }
}

TEST_CASE("RFC 7692's examples are read") {
    WsInflater inflater(true);
    std::string out;
    CHECK(inflater.inflate("\xf2\x48\xcd\xc9\xc9\x07\x00"s, 100, out) == Result::ok);  // 7.2.3.1
    CHECK(out == "Hello");
    CHECK(inflater.inflate("\xf2\x00\x11\x00\x00"s, 100, out) == Result::ok);  // 7.2.3.2: the window is kept
    CHECK(out == "Hello");
    WsInflater single(false);
    CHECK(single.inflate("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, 100, out) ==
          Result::ok);  // 7.2.3.3: not compressed
    CHECK(out == "Hello");
    CHECK(single.inflate("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, 100, out) == Result::ok);  // 7.2.3.4: a final block
    CHECK(out == "Hello");
    CHECK(single.inflate("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s, 100, out) == Result::ok);  // 7.2.3.5
    CHECK(out == "Hello");
    CHECK(single.inflate("\xf2\x00\x11\x00\x00"s, 100, out) != Result::ok);
}

TEST_CASE("what is compressed is read again, of every size, with and without a kept window") {
    std::mt19937 random(1);
    for (const bool keeps : {false, true}) {
        for (const int bits : {9, 15}) {
            WsDeflater deflater(bits, 1, keeps);
            WsInflater inflater(keeps);
            std::string out;
            for (const std::size_t size : {0u, 1u, 5u, 1000u, 4096u, 70'000u, 300'000u}) {
                for (const bool noise : {false, true}) {
                    std::string message(size, '\0');
                    for (char& c : message) c = static_cast<char>(noise ? random() : "abc"[random() % 3]);
                    CHECK(inflater.inflate(deflated(deflater, message), size, out) == Result::ok);
                    CHECK(out == message);
                }
            }
        }
    }
    WsDeflater deflater(15, 9, true);
    const std::string text(500, 'x');
    const auto first = deflated(deflater, text + "1");
    CHECK(first.size() < 50);
    CHECK(deflated(deflater, text + "1").size() < first.size());
}

TEST_CASE("a message beyond the limit is not inflated to its end") {
    WsDeflater deflater(15, 9, false);
    const std::string bomb = deflated(deflater, std::string(50'000'000, '0'));
    REQUIRE(bomb.size() < 60'000);
    WsInflater inflater(false);
    std::string out;
    CHECK(inflater.inflate(bomb, 100'000, out) == Result::too_big);
    CHECK(out.capacity() < 300'000);
    CHECK(inflater.inflate(deflated(deflater, "12345"), 5, out) == Result::ok);
    CHECK(inflater.inflate(deflated(deflater, "12345"), 4, out) == Result::too_big);
    CHECK(inflater.inflate(deflated(deflater, ""), 0, out) == Result::ok);
}

TEST_CASE("the largest number as a limit is none") {
    WsDeflater deflater(15, 9, false);
    WsInflater inflater(false);
    std::string out;
    const std::string message(100'000, 'x');
    CHECK(inflater.inflate(deflated(deflater, message), std::numeric_limits<std::size_t>::max(), out) == Result::ok);
    CHECK(out == message);
}

TEST_CASE("what is not deflate is refused") {
    WsInflater inflater(false);
    std::string out;
    CHECK(inflater.inflate("\xff\xff\xff\xff", 1000, out) == Result::malformed);
    CHECK(inflater.inflate("hello", 1000, out) == Result::malformed);
    WsDeflater deflater(15, 6, false);
    const std::string whole = deflated(deflater, std::string(1000, 'a') + std::string(1000, 'b'));
    std::mt19937 random(2);
    for (int i = 0; i < 2000; ++i) {
        std::string damaged = whole;
        damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
        static_cast<void>(inflater.inflate(damaged, 10'000, out));
        CHECK(out.size() <= 10'001);
    }
}
