#include "util/base64.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace sio::util {
namespace {

using namespace std::string_literals;

TEST_CASE("the test vectors of RFC 4648 section 10 hold in both directions") {
    const std::vector<std::pair<std::string, std::string>> vectors{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfd\0"s, "//79AA=="},
    };
    for (const auto& [bytes, text] : vectors) {
        CHECK(base64_encode(bytes) == text);
        CHECK(base64_encoded_size(bytes.size()) == text.size());
        CHECK(base64_decode(text) == bytes);
    }
}

TEST_CASE("all bytes at all lengths come back from base64") {
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        CHECK(base64_decode(base64_encode(bytes)) == bytes);
        bytes += static_cast<char>(i * 7);
    }
}

TEST_CASE("every character outside the alphabet is refused at every place") {
    for (int c = 0; c < 256; ++c) {
        const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const bool valid = alphabet.find(static_cast<char>(c)) != std::string_view::npos;
        for (std::size_t place = 0; place < 6; ++place) {
            std::string text = "AAAAAAAA";
            text[place] = static_cast<char>(c);
            CHECK(base64_decode(text).has_value() == valid);
        }
    }
}

TEST_CASE("padding is where it belongs and nowhere else") {
    for (const std::string_view bad :
         {"A", "AA", "AAA", "AAAAA", "A===", "====", "=", "AA=A", "=AAA", "AA==AAAA", "AAA=AAAA", "AAAA=", "AAAA=="}) {
        CHECK_FALSE(base64_decode(bad));
    }
}

TEST_CASE("base64 of other encoders may have line ends, and lack padding") {
    const auto decoded = [](std::string_view text) {
        std::string out = "before ";
        return append_mime_base64_decoded(out, text) ? out.substr(7) : "(none) " + out;
    };
    for (const std::string_view text : {"Zm9vYg==", "Zm9vYg", "Zm9v\nYg==\n", "Zm9v\r\nYg\r\n", "\nZm\n9v\nYg=\n=\n"}) {
        CHECK(decoded(text) == "foob");
    }
    for (const std::string_view text : {"Zm9vYmE=", "Zm9vYmE", "Zm9vYmE\n", "Zm9vYmE\n="})
        CHECK(decoded(text) == "fooba");
    CHECK(decoded("Zm9v") == "foo");
    CHECK(decoded("\n") == "");
    std::string bytes;
    for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i * 7);
    std::string wrapped = base64_encode(bytes);
    for (std::size_t at = 76; at < wrapped.size(); at += 77) wrapped.insert(at, 1, '\n');
    CHECK(decoded(wrapped + '\n') == bytes);
    for (const std::string_view bad :
         {"Z", "Zm9vY", "=", "==", "Zm9vYg=", "Zm9v====", "Zm9vYh==", "Zm9v Yg==", "Zm9v-g==", "Zg==Zg=="}) {
        CHECK(decoded(bad) == "(none) before ");
    }
}

TEST_CASE("bits that no byte takes must be zero") {
    CHECK(base64_decode("AA=="));
    CHECK_FALSE(base64_decode("AB=="));
    CHECK_FALSE(base64_decode("AP=="));
    CHECK(base64_decode("AAA="));
    CHECK_FALSE(base64_decode("AAB="));
    CHECK_FALSE(base64_decode("AAD="));
}

TEST_CASE("decoding appends, and leaves what was there when it fails") {
    std::string out = "kept";
    CHECK(append_base64_decoded(out, "Zm8="));
    CHECK(out == "keptfo");
    CHECK_FALSE(append_base64_decoded(out, "Zm9vYmF!"));
    CHECK(out == "keptfo");
}

}  // namespace
}  // namespace sio::util
