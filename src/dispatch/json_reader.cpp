#include <sio/json_reader.hpp>

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <sio/detail/stack_left.hpp>

#include "util/decimal.hpp"
#include "wire/json_text.hpp"

namespace sio {
namespace {

constexpr bool is_number_char(char c) noexcept {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

std::string_view name_of(JsonKind kind) noexcept {
    switch (kind) {
        case JsonKind::end: return "nothing";
        case JsonKind::null: return "null";
        case JsonKind::boolean: return "a boolean";
        case JsonKind::number: return "a number";
        case JsonKind::string: return "a string";
        case JsonKind::array: return "an array";
        case JsonKind::object: return "an object";
        case JsonKind::binary: return "binary data";
    }
    return "something else";
}

// Whole numbers also come as `2.0` and `1e3`: JavaScript has but one kind of number.
template <class Integer>
bool whole_from_double(std::string_view token, Integer& value, bool& whole) noexcept {
    double number = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
    whole = error == std::errc::result_out_of_range || (error == std::errc{} && std::trunc(number) == number);
    if (error != std::errc{} || !whole) return false;
    // 2^63 and 2^64 are doubles, the greatest integers below them are not.
    constexpr double limit = std::is_signed_v<Integer> ? 9223372036854775808.0 : 18446744073709551616.0;
    constexpr double least = std::is_signed_v<Integer> ? -9223372036854775808.0 : 0.0;
    if (number < least || number >= limit) return false;
    value = static_cast<Integer>(number);
    return true;
}

template <class Integer>
bool parse_integer(std::string_view token, Integer& value, bool& whole) noexcept {
    const char* const end = token.data() + token.size();
    if (std::is_unsigned_v<Integer> && token.starts_with('-')) {
        std::int64_t negative = 0;
        if (!parse_integer(token, negative, whole) || negative != 0) return false;
        value = 0;
        return true;
    }
    whole = true;
    const auto [behind, error] = std::from_chars(token.data(), end, value);
    if (error == std::errc{} && behind == end) return true;
    if (behind == end && error == std::errc::result_out_of_range) return false;
    return whole_from_double(token, value, whole);
}

}  // namespace

void JsonReader::skip_space() noexcept {
    while (at_ != end_ && wire::is_json_space(*at_)) ++at_;
}

bool JsonReader::skip_string() noexcept {
    const auto found = wire::scan_json_string({at_, static_cast<std::size_t>(end_ - at_)});
    at_ = found ? found->rest.data() : end_;
    return found.has_value();
}

JsonKind JsonReader::kind() noexcept {
    skip_space();
    if (at_ == end_) return JsonKind::end;
    switch (*at_) {
        case 'n': return JsonKind::null;
        case 't':
        case 'f': return JsonKind::boolean;
        case '"': return JsonKind::string;
        case '[': return JsonKind::array;
        case '{': {
            const char* behind = nullptr;
            return placeholder(behind) >= 0 ? JsonKind::binary : JsonKind::object;
        }
        default: return is_number_char(*at_) ? JsonKind::number : JsonKind::end;
    }
}

std::ptrdiff_t JsonReader::placeholder(const char*& behind) const noexcept {
    if (attachments_.empty()) return -1;
    // Members in either order: not every client's objects keep theirs.
    JsonReader look({at_, static_cast<std::size_t>(end_ - at_)});
    ++look.at_;
    bool marked = false;
    std::int64_t number = -1;
    std::string_view key;
    while (look.next_member(key)) {
        if (key == "_placeholder") {
            if (look.kind() != JsonKind::boolean) return -1;
            marked = *look.at_ == 't';
            look.skip();
        } else if (key == "num") {
            if (look.kind() != JsonKind::number) return -1;
            bool whole = false;
            if (!parse_integer(look.number_token(), number, whole)) return -1;
        } else {
            return -1;
        }
    }
    if (!marked || number < 0 || static_cast<std::uint64_t>(number) >= attachments_.size()) return -1;
    behind = look.at_;
    return static_cast<std::ptrdiff_t>(number);
}

bool JsonReader::expected(std::string_view what) {
    reason_ = "expected ";
    reason_ += what;
    reason_ += ", got ";
    reason_ += name_of(kind());
    return false;
}

bool JsonReader::fail(std::string_view reason) {
    reason_ = reason;
    return false;
}

bool JsonReader::failed_in(std::string_view key) {
    std::string path(1, '.');
    path += key;
    path += path_;
    path_ = std::move(path);
    return false;
}

bool JsonReader::failed_in(std::size_t index) {
    std::string path(1, '[');
    util::append_decimal(path, index);
    path += ']';
    path += path_;
    path_ = std::move(path);
    return false;
}

bool JsonReader::read_null() {
    if (kind() != JsonKind::null) return expected("null");
    return skip();
}

bool JsonReader::read_boolean(bool& value) {
    if (kind() != JsonKind::boolean) return expected("a boolean");
    value = *at_ == 't';
    return skip();
}

std::string_view JsonReader::number_token() noexcept {
    const char* const start = at_;
    while (at_ != end_ && is_number_char(*at_)) ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
}

bool JsonReader::read_integer(std::int64_t& value) {
    if (kind() != JsonKind::number) return expected("a whole number");
    bool whole = false;
    if (parse_integer(number_token(), value, whole)) return true;
    return fail(whole ? "number out of range" : "expected a whole number, got one with a fraction");
}

bool JsonReader::read_integer(std::uint64_t& value) {
    if (kind() != JsonKind::number) return expected("a whole number");
    bool whole = false;
    if (parse_integer(number_token(), value, whole)) return true;
    return fail(whole ? "number out of range" : "expected a whole number, got one with a fraction");
}

bool JsonReader::read_number(double& value) {
    if (kind() != JsonKind::number) return expected("a number");
    const std::string_view token = number_token();
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error == std::errc{}) return true;
    if (error != std::errc::result_out_of_range) return fail("expected a number");
    // Too small is zero, as in JavaScript; too large has no value here.
    const std::size_t exponent = token.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos ? token.substr(exponent + 1).starts_with('-')
                                                         : token.starts_with("0.") || token.starts_with("-0.");
    if (!tiny) return fail("number out of range");
    value = 0;
    return true;
}

bool JsonReader::read_string(std::string& value) {
    if (kind() != JsonKind::string) return expected("a string");
    const auto found = wire::scan_json_string({at_, static_cast<std::size_t>(end_ - at_)});
    if (!found) return fail("expected a string");
    at_ = found->rest.data();
    if (!found->has_escapes) {
        value = found->raw;
        return true;
    }
    value.clear();
    return wire::append_json_unescaped(value, found->raw) || fail("expected a string");
}

bool JsonReader::read_binary(Binary& value) {
    if (kind() != JsonKind::binary) return expected("binary data");
    const char* behind = nullptr;
    value = attachments_[static_cast<std::size_t>(placeholder(behind))];
    at_ = behind;
    return true;
}

bool JsonReader::read_raw(std::string_view& json) {
    skip_space();
    const char* const start = at_;
    if (!skip()) return false;
    json = {start, static_cast<std::size_t>(at_ - start)};
    return true;
}

bool JsonReader::skip() {
    std::size_t depth = 0;
    do {
        skip_space();
        if (at_ == end_) return fail("expected a value, got nothing");
        switch (*at_) {
            case '"':
                if (!skip_string()) return fail("expected a string");
                break;
            case '[':
            case '{':
                ++depth;
                ++at_;
                break;
            case ']':
            case '}':
                if (depth == 0) return fail("expected a value, got nothing");
                --depth;
                ++at_;
                break;
            case ',':
            case ':':
                if (depth == 0) return fail("expected a value, got nothing");
                ++at_;
                break;
            default: {
                const char* const start = at_;
                while (at_ != end_ && !wire::is_json_space(*at_) && std::strchr(",:[]{}\"", *at_) == nullptr) ++at_;
                if (at_ == start) return fail("expected a value, got nothing");
            }
        }
    } while (depth != 0);
    return true;
}

bool JsonReader::enter_array() {
    if (kind() != JsonKind::array) return expected("an array");
    // Types that contain themselves are read as deep as the text goes.
    if (detail::stack_is_short()) return fail("nested too deeply for what is left of the stack");
    ++at_;
    return true;
}

bool JsonReader::next_element() {
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == ']') {
        ++at_;
        return false;
    }
    if (*at_ == ',') ++at_;
    return true;
}

bool JsonReader::enter_object() {
    const JsonKind ahead = kind();
    if (ahead != JsonKind::object) return expected("an object");
    if (detail::stack_is_short()) return fail("nested too deeply for what is left of the stack");
    ++at_;
    return true;
}

bool JsonReader::next_member(std::string_view& key) {
    skip_space();
    if (at_ != end_ && *at_ == ',') ++at_;
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == '}') {
        ++at_;
        return false;
    }
    const auto found = wire::scan_json_string({at_, static_cast<std::size_t>(end_ - at_)});
    at_ = found ? found->rest.data() : end_;
    if (!found) return false;
    key = found->raw;
    if (found->has_escapes) {
        key_.clear();
        wire::append_json_unescaped(key_, found->raw);
        key = key_;
    }
    skip_space();
    if (at_ != end_ && *at_ == ':') ++at_;
    return true;
}

bool JsonReader::next_argument() {
    skip_space();
    if (at_ == end_) return false;
    if (*at_ == ',') ++at_;
    return true;
}

}  // namespace sio
