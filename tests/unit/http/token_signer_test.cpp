#include "http/token_signer.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "http/base64url.hpp"
#include "http/crypto.hpp"

using namespace std::chrono;
using sio::http::TokenSigner;

namespace {

const std::string key_a = "a secret of at least 16 bytes";
const std::string key_b = "another secret of 16 bytes and more";
const sys_seconds now = sys_days(year(2026) / March / 1);
constexpr auto one_day = hours(24);

}  // namespace

TEST_CASE("a signed text comes back with its time") {
    const TokenSigner signer({key_a}, "test");
    for (const std::string& payload : {std::string(), std::string("{\"a\":1}"), std::string("\x00\xff.", 3)}) {
        const auto token = signer.sign(payload, now);
        const auto verified = signer.verify(token, now + hours(1), one_day);
        REQUIRE(verified);
        CHECK(verified->payload == payload);
        CHECK(verified->signed_at == now);
    }
}

TEST_CASE("a token is good for a while, and not before its time") {
    const TokenSigner signer({key_a}, "test");
    const auto token = signer.sign("x", now);
    CHECK(signer.verify(token, now + one_day, one_day));
    CHECK_FALSE(signer.verify(token, now + one_day + seconds(1), one_day));
    CHECK(signer.verify(token, now - seconds(60), one_day));
    CHECK_FALSE(signer.verify(token, now - seconds(61), one_day));
}

TEST_CASE("keys can be changed while old tokens stay good") {
    const TokenSigner before({key_a}, "test");
    const TokenSigner during({key_b, key_a}, "test");
    const TokenSigner after({key_b}, "test");
    CHECK(during.verify(before.sign("x", now), now, one_day));
    CHECK(after.verify(during.sign("x", now), now, one_day));
    CHECK_FALSE(after.verify(before.sign("x", now), now, one_day));
}

TEST_CASE("a token for one purpose is none for another") {
    CHECK_FALSE(TokenSigner({key_a}, "one").verify(TokenSigner({key_a}, "two").sign("x", now), now, one_day));
}

TEST_CASE("a changed token is refused, whatever was changed") {
    const TokenSigner signer({key_a}, "test");
    const auto token = signer.sign("{\"user\":\"ann\"}", now);
    for (std::size_t i = 0; i < token.size(); ++i) {
        for (const char c : {'A', 'z', '.', '=', '-', '\0'}) {
            if (token[i] == c) continue;
            auto changed = token;
            changed[i] = c;
            CHECK_FALSE(signer.verify(changed, now, one_day));
        }
        CHECK_FALSE(signer.verify(token.substr(0, i), now, one_day));
        CHECK_FALSE(signer.verify(token.substr(i + 1), now, one_day));
    }
    CHECK_FALSE(signer.verify(token + "A", now, one_day));
    CHECK_FALSE(signer.verify(token + "=", now, one_day));
}

TEST_CASE("what is no token is refused") {
    const TokenSigner signer({key_a}, "test");
    for (const char* text : {"", ".", "..", "...", "a", "a.b", "a.b.c", "!.!.!"})
        CHECK_FALSE(signer.verify(text, now, one_day));
    // Signed, but without the time.
    const auto derived = sio::http::hmac_sha256(key_a, "test");
    const auto sign = [&](const std::string& text) {
        return text + '.' + sio::http::base64url_encode(sio::http::hmac_sha256(derived, text));
    };
    CHECK_FALSE(signer.verify(sign("eA"), now, one_day));
    CHECK_FALSE(signer.verify(sign("eA.eA"), now, one_day));
    CHECK_FALSE(signer.verify(sign("eA."), now, one_day));
    CHECK_FALSE(signer.verify(sign("eA." + sio::http::base64url_encode("99999999999999999999")), now, one_day));
}

TEST_CASE("weak keys are refused") {
    CHECK_THROWS_AS(TokenSigner({}, "test"), std::invalid_argument);
    CHECK_THROWS_AS(TokenSigner({"short"}, "test"), std::invalid_argument);
    CHECK_THROWS_AS(TokenSigner({key_a, ""}, "test"), std::invalid_argument);
}

TEST_CASE("HMAC-SHA256 gives the vectors of RFC 4231") {
    const auto hex = [](const std::string& bytes) {
        std::string text;
        for (const char c : bytes) {
            constexpr char digits[] = "0123456789abcdef";
            text += digits[static_cast<unsigned char>(c) >> 4];
            text += digits[static_cast<unsigned char>(c) & 15];
        }
        return text;
    };
    CHECK(hex(sio::http::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex(sio::http::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("base64url is strict and unpadded") {
    using sio::http::base64url_decode;
    using sio::http::base64url_encode;
    CHECK(base64url_encode("\xfb\xff\xfe") == "-__-");
    CHECK(base64url_encode("a") == "YQ");
    CHECK(base64url_decode("-__-") == "\xfb\xff\xfe");
    CHECK(base64url_decode("YQ") == "a");
    CHECK(base64url_decode("") == "");
    for (const char* text : {"YQ==", "Y", "YR", "+/+/", "Y Q", "YQ\n"}) CHECK_FALSE(base64url_decode(text));
}
