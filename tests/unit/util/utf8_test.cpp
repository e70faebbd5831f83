#include "util/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace sio::util {
namespace {

const std::vector<std::string>& valid_texts() {
    static const std::vector<std::string> texts{
        "",
        "plain text, longer than eight bytes",
        std::string(1, '\0'),
        "\x7f",
        "\xc2\x80",          // U+0080, the first of two bytes
        "\xdf\xbf",          // U+07FF, the last
        "\xe0\xa0\x80",      // U+0800, the first of three
        "\xed\x9f\xbf",      // U+D7FF, below the surrogates
        "\xee\x80\x80",      // U+E000, above them
        "\xef\xbf\xbf",      // U+FFFF, the last of three
        "\xf0\x90\x80\x80",  // U+10000, the first of four
        "\xf4\x8f\xbf\xbf",  // U+10FFFF, the last of all
        "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5",
        "seven..\xe2\x82\xac eight...\xf0\x9f\x92\xa9 and more",
    };
    return texts;
}

const std::vector<std::string>& invalid_texts() {
    static const std::vector<std::string> texts{
        "\x80",  // a continuation alone
        "\xbf",
        "\xc0\x80",  // overlong
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",  // surrogates
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80",  // above U+10FFFF
        "\xf5\x80\x80\x80",
        "\xfe",
        "\xff",
        "\xc2",  // cut off
        "\xe2\x82",
        "\xf0\x9f\x92",
        "\xc2\x41",  // a lead byte alone
        "\xe2\x82\x41",
        "\xe2\x41\x82",
        "\xf0\x9f\x92\x41",
        "\xf0\x9f\x41\x92",
        "\xc2\xc2\x80",
    };
    return texts;
}

TEST_CASE("valid UTF-8 is valid behind any number of ASCII characters") {
    for (const std::string& text : valid_texts()) {
        for (std::size_t before = 0; before < 18; ++before) CHECK(utf8_valid(std::string(before, 'a') + text + "z"));
    }
}

TEST_CASE("invalid UTF-8 is found behind any number of ASCII characters") {
    for (const std::string& text : invalid_texts()) {
        for (std::size_t before = 0; before < 18; ++before) {
            CHECK_FALSE(utf8_valid(std::string(before, 'a') + text));
            CHECK_FALSE(utf8_valid(std::string(before, 'a') + text + "the end of it"));
        }
    }
}

TEST_CASE("one wrong byte is found anywhere in a run of characters") {
    for (const std::string_view character :
         {"\xd0\x96", "\xe4\xbd\xa0", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x9f\x92\xa9"}) {
        std::string run;
        while (run.size() < 48) run += character;
        CHECK(utf8_valid(run));
        for (std::size_t at = 0; at < run.size(); ++at) {
            for (const char wrong : {'a', '\x80', '\xc0', '\xc1', '\xc3', '\xe0', '\xed', '\xf5', '\xff'}) {
                std::string changed = run;
                changed[at] = wrong;
                // Characters read one by one decide.
                bool valid = true;
                for (std::string_view rest = changed; valid && !rest.empty();) {
                    const std::size_t size = first_utf8_char(rest).size;
                    valid = size != 0;
                    rest.remove_prefix(size);
                }
                CHECK(utf8_valid(changed) == valid);
            }
        }
    }
}

TEST_CASE("pieces are as valid as the whole, wherever it is cut") {
    const auto check = [](const std::string& text, bool valid) {
        for (std::size_t first = 0; first <= text.size(); ++first) {
            for (std::size_t second = first; second <= text.size(); ++second) {
                Utf8Validator validator;
                const bool fed = validator.feed({text.data(), first}) &&
                                 validator.feed({text.data() + first, second - first}) &&
                                 validator.feed({text.data() + second, text.size() - second});
                CHECK((fed && validator.complete()) == valid);
            }
        }
    };
    for (const std::string& text : valid_texts()) check("ab" + text, true);
    for (const std::string& text : invalid_texts()) check("ab" + text, false);
}

TEST_CASE("the validator fails at the first byte that cannot be right, and stays so") {
    const std::vector<std::pair<std::string, std::size_t>> cases{
        {"a\xff", 2},    {"\xc0", 1}, {"\xe0\x80", 2},     {"\xed\xa0", 2},         {"\xf0\x8f", 2},
        {"\xf4\x90", 2}, {"\xf5", 1}, {"\xe2\x82\x28", 3}, {"\xf0\x9f\x92\x28", 4},
    };
    for (const auto& [text, at] : cases) {
        Utf8Validator validator;
        for (std::size_t i = 0; i + 1 < at; ++i) CHECK(validator.feed({text.data() + i, 1}));
        CHECK_FALSE(validator.feed({text.data() + at - 1, 1}));
        CHECK_FALSE(validator.feed("a"));
        CHECK_FALSE(validator.complete());
    }
}

TEST_CASE("every code point is UTF-8 and comes back, but for surrogates") {
    for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 37) {
        std::string text;
        append_utf8(text, c);
        const Utf8Char back = first_utf8_char(text + "x");
        const bool surrogate = c >= 0xd800 && c <= 0xdfff;
        if (!utf8_valid(text) || back.size != text.size() || back.code_point != (surrogate ? 0xfffd : c)) {
            FAIL_CHECK(static_cast<std::uint32_t>(c));
        }
    }
    std::string text;
    append_utf8(text, 0x110000);
    CHECK(text == "\xef\xbf\xbd");
}

TEST_CASE("what is no character has no size") {
    for (const std::string& text : invalid_texts()) {
        if (text == "\xc2\xc2\x80") continue;
        CHECK(first_utf8_char(text).size == 0);
        CHECK(first_utf8_char(text).code_point == 0xfffd);
    }
}

TEST_CASE("lengths are JavaScript's") {
    CHECK(utf16_length("") == 0);
    CHECK(utf16_length("abc") == 3);
    CHECK(utf16_length("\xe2\x82\xac") == 1);
    CHECK(utf16_length("\xf0\x9f\x92\xa9") == 2);
    CHECK(utf16_length("h\xc3\xa9 \xf4\x8f\xbf\xbf!") == 6);
}

TEST_CASE("text is encoded again as it is decoded again, and ASCII is the same either way") {
    for (const std::string_view text : {"", "plain",
                                        "Gr\xc3\xbc\xc3\x9f"
                                        "e",
                                        "\xe2\x82\xac \xf0\x9f\x92\xa9", "\xc3\x83\xc2\xa9"}) {
        std::string again;
        append_encoded_again(again, text);
        std::string once;
        CHECK(append_once_encoded(once, again) == !is_ascii(text));
        CHECK((is_ascii(text) ? again : once) == text);
    }
    CHECK(is_ascii("\x7f"));
    CHECK_FALSE(is_ascii("\x80"));
}

TEST_CASE("text that was encoded twice is told from text that was not") {
    const auto undone = [](std::string_view text) {
        std::string out = "kept";
        return append_once_encoded(out, text) ? out.substr(4) : "no" + out.substr(4);
    };
    CHECK(undone("\xc3\x83\xc2\xa9") == "\xc3\xa9");
    CHECK(undone("a \xc3\xa2\xc2\x82\xc2\xac b") == "a \xe2\x82\xac b");
    CHECK(undone("\xc3\xb0\xc2\x9f\xc2\x92\xc2\xa9") == "\xf0\x9f\x92\xa9");
    CHECK(undone("a long text of ASCII before \xc3\x83\xc2\xa9") == "a long text of ASCII before \xc3\xa9");

    for (const std::string_view once : {"", "ascii", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x92\xa9", "\xc3\x83",
                                        "\xc3\x83\xc2\xa9\xe2\x82\xac", "\xc3\x83\xc2\xa9\xc3\xa9"}) {
        CAPTURE(once);
        CHECK(undone(once) == "no");
    }
    // Not UTF-8 at all.
    for (const std::string_view bad : {"\xc3", "\xff",
                                       "\xc2"
                                       "a",
                                       "\xc3\x83\xc2"})
        CHECK(undone(bad) == "no");
}

}  // namespace
}  // namespace sio::util

TEST_CASE("UTF-16 code units are taken off the front of UTF-8, whole characters only") {
    const auto take = [](std::string_view text, std::uint64_t units) {
        const auto taken = sio::util::take_utf16_units(text, units);
        return taken ? std::string(*taken) + "|" + std::string(text) : "no";
    };
    CHECK(take("", 0) == "|");
    CHECK(take("abc", 2) == "ab|c");
    CHECK(take("\xe2\x82\xacx", 1) == "\xe2\x82\xac|x");
    CHECK(take("\xf0\x9f\x92\xa9x", 2) == "\xf0\x9f\x92\xa9|x");
    CHECK(take("\xf0\x9f\x92\xa9x", 1) == "no");
    CHECK(take("a", 2) == "no");
    CHECK(take("a", 0) == "|a");
    CHECK(take("a", UINT64_MAX) == "no");
}
