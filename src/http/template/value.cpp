#include "http/template/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>

namespace sio::http::tpl {
namespace {

const char* kind_name(const Json& json) noexcept {
    switch (json.kind()) {
        case boost::json::kind::null: return "nothing";
        case boost::json::kind::bool_: return "a truth value";
        case boost::json::kind::int64:
        case boost::json::kind::uint64:
        case boost::json::kind::double_: return "a number";
        case boost::json::kind::string: return "text";
        case boost::json::kind::array: return "a list";
        case boost::json::kind::object: return "an object";
    }
    return "a value";
}

/// The value as a signed whole number, when it is one.
std::optional<std::int64_t> whole(const Json& json) noexcept {
    if (const auto* i = json.if_int64()) return *i;
    if (const auto* u = json.if_uint64()) {
        if (*u <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return static_cast<std::int64_t>(*u);
        }
    }
    return std::nullopt;
}

double real(const Json& json) noexcept {
    if (const auto* i = json.if_int64()) return static_cast<double>(*i);
    if (const auto* u = json.if_uint64()) return static_cast<double>(*u);
    return json.get_double();
}

void append_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
        return;
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const std::string_view text(digits, static_cast<std::size_t>(end - digits));
    out += text;
    // Told apart from a whole number, as in Python.
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
    const auto quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// Nothing on overflow.
std::optional<std::int64_t> calculate_whole(Arithmetic operation, std::int64_t a, std::int64_t b) noexcept {
    std::int64_t result = 0;
    switch (operation) {
        case Arithmetic::add: return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        case Arithmetic::subtract: return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        case Arithmetic::multiply: return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
        case Arithmetic::floor_divide:
        case Arithmetic::modulo:
            // The one quotient that does not fit.
            if (b == -1)
                return operation == Arithmetic::modulo ? std::optional<std::int64_t>(0)
                                                       : calculate_whole(Arithmetic::subtract, 0, a);
            return operation == Arithmetic::modulo ? a - floor_divide(a, b) * b : floor_divide(a, b);
        case Arithmetic::divide: break;
    }
    return std::nullopt;
}

double calculate_real(Arithmetic operation, double a, double b) noexcept {
    switch (operation) {
        case Arithmetic::add: return a + b;
        case Arithmetic::subtract: return a - b;
        case Arithmetic::multiply: return a * b;
        case Arithmetic::divide: return a / b;
        case Arithmetic::floor_divide: return std::floor(a / b);
        case Arithmetic::modulo: return a - std::floor(a / b) * b;
    }
    return 0;
}

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

const Json& Value::json() const noexcept {
    static const Json null;
    return json_ ? *json_ : null;
}

bool is_true(const Json& json) noexcept {
    switch (json.kind()) {
        case boost::json::kind::null: return false;
        case boost::json::kind::bool_: return json.get_bool();
        case boost::json::kind::int64: return json.get_int64() != 0;
        case boost::json::kind::uint64: return json.get_uint64() != 0;
        case boost::json::kind::double_: return json.get_double() != 0;
        case boost::json::kind::string: return !json.get_string().empty();
        case boost::json::kind::array: return !json.get_array().empty();
        case boost::json::kind::object: return !json.get_object().empty();
    }
    return false;
}

void append_text(std::string& out, const Json& json) {
    switch (json.kind()) {
        case boost::json::kind::null: return;
        case boost::json::kind::bool_: out += json.get_bool() ? "true" : "false"; return;
        case boost::json::kind::int64: out += std::to_string(json.get_int64()); return;
        case boost::json::kind::uint64: out += std::to_string(json.get_uint64()); return;
        case boost::json::kind::double_: append_double(out, json.get_double()); return;
        case boost::json::kind::string: out.append(json.get_string().data(), json.get_string().size()); return;
        case boost::json::kind::array:
        case boost::json::kind::object: out += boost::json::serialize(fit_for_stack(json)); return;
    }
}

std::string to_text(const Json& json) {
    std::string text;
    append_text(text, json);
    return text;
}

bool equal(const Json& a, const Json& b) {
    if (!a.is_number() || !b.is_number()) return fit_for_stack(a) == b;
    if (a.is_double() || b.is_double()) return real(a) == real(b);
    return a == b;
}

int compare(const Json& a, const Json& b) {
    if (a.is_string() && b.is_string()) return a.get_string().compare(b.get_string());
    if (a.is_number() && b.is_number()) {
        const auto left = whole(a);
        const auto right = whole(b);
        if (left && right) return *left < *right ? -1 : *left > *right;
        return real(a) < real(b) ? -1 : real(a) > real(b);
    }
    throw std::invalid_argument(std::string("cannot order ") + kind_name(a) + " and " + kind_name(b));
}

bool contains(const Json& haystack, const Json& needle) {
    if (const auto* array = haystack.if_array()) {
        return std::any_of(array->begin(), array->end(), [&](const Json& item) { return equal(item, needle); });
    }
    if (haystack.is_object() && needle.is_string()) return haystack.get_object().contains(needle.get_string());
    if (haystack.is_string() && needle.is_string()) {
        return haystack.get_string().find(needle.get_string()) != boost::json::string::npos;
    }
    throw std::invalid_argument(std::string("cannot look for ") + kind_name(needle) + " in " + kind_name(haystack));
}

Json calculate(Arithmetic operation, const Json& a, const Json& b) {
    if (operation == Arithmetic::add && a.is_array() && b.is_array()) {
        auto joined = fit_for_stack(a).get_array();
        fit_for_stack(b);
        joined.insert(joined.end(), b.get_array().begin(), b.get_array().end());
        return joined;
    }
    if (!a.is_number() || !b.is_number()) {
        throw std::invalid_argument(std::string("cannot calculate with ") + kind_name(a) + " and " + kind_name(b));
    }
    const bool divides =
        operation == Arithmetic::divide || operation == Arithmetic::floor_divide || operation == Arithmetic::modulo;
    if (divides && real(b) == 0) throw std::invalid_argument("division by zero");
    const auto left = whole(a);
    const auto right = whole(b);
    if (left && right) {
        if (const auto result = calculate_whole(operation, *left, *right)) return *result;
    }
    return calculate_real(operation, real(a), real(b));
}

std::size_t character_count(std::string_view text) noexcept {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_continuation(text[i]) && count-- == 0) return text.substr(0, i);
    }
    return text;
}

}  // namespace sio::http::tpl
