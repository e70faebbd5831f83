// JSON text: what is written is JSON that a whole parser reads back as the same value.

#include <boost/json.hpp>
#include <cmath>
#include <cstring>
#include <string>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/json_text.hpp"

namespace {

namespace json = boost::json;
using namespace sio::wire;

bool ascii(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= 0x80) return false;
    }
    return true;
}

std::string string_in(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    FUZZ_CHECK(!error && value.is_string());
    return std::string(value.get_string());
}

void check_string(std::string_view text) {
    std::string utf8;
    append_json_string(utf8, text, JsonCharset::utf8);
    std::string escaped;
    append_json_string(escaped, text, JsonCharset::ascii);
    FUZZ_CHECK(sio::util::utf8_valid(utf8));
    FUZZ_CHECK(ascii(escaped));
    std::string converted;
    append_json_as_ascii(converted, utf8);
    FUZZ_CHECK(converted == escaped);

    const std::string value = string_in(utf8);
    FUZZ_CHECK(string_in(escaped) == value);
    if (sio::util::utf8_valid(text)) FUZZ_CHECK(value == text);

    const auto scanned = scan_json_string(escaped);
    FUZZ_CHECK(scanned && scanned->rest.empty());
    std::string back;
    FUZZ_CHECK(append_json_unescaped(back, scanned->raw));
    FUZZ_CHECK(back == value);
}

void check_number(double value) {
    std::string text;
    append_json_number(text, value);
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error);
    FUZZ_CHECK(!error);
    if (!std::isfinite(value)) {
        FUZZ_CHECK(parsed.is_null());
        return;
    }
    // Boost.JSON 1.81 does not round all decimals correctly; the C library does.
    FUZZ_CHECK(parsed.is_number());
    FUZZ_CHECK(std::strtod(text.c_str(), nullptr) == value);
}

// A text that a whole parser takes is scanned and unescaped alike.
void check_scan(std::string_view text) {
    const auto scanned = scan_json_string(text);
    std::string whole;
    append_json_with_whole_surrogates(whole, text);
    boost::system::error_code error;
    const json::value value = json::parse(whole, error);
    if (!error && value.is_string() && text.starts_with('"')) {
        FUZZ_CHECK(scanned);
        std::string back;
        FUZZ_CHECK(append_json_unescaped(back, scanned->raw));
        FUZZ_CHECK(back == std::string_view(value.get_string()));
    }
    // Once is enough.
    std::string twice;
    FUZZ_CHECK(!append_json_with_whole_surrogates(twice, whole));
    FUZZ_CHECK(twice == whole);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = sio::fuzz::text_of(data, size);
    check_string(text);
    check_scan(text);
    if (size >= sizeof(double)) {
        double value;
        std::memcpy(&value, data, sizeof value);
        check_number(value);
    }
    return 0;
}
