#include <sio/redis/value.hpp>

#include <charconv>
#include <cmath>

#include <sio/error.hpp>
#include <sio/redis/error.hpp>

#include "util/printable.hpp"

namespace sio::redis {

namespace {

constexpr std::size_t shown_bytes = 40;

const char* name_of(Value::Kind kind) noexcept {
    switch (kind) {
        case Value::Kind::array: return "an array of ";
        case Value::Kind::map: return "a map of ";
        case Value::Kind::set: return "a set of ";
        case Value::Kind::push: return "a push message of ";
        case Value::Kind::error: return "the error ";
        default: return "";
    }
}

template <class Number>
bool parse(std::string_view text, Number& number) noexcept {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

template <class Number>
std::string format(Number number) {
    char buffer[32];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

bool is_pair(const Value& value) noexcept { return value.kind() == Value::Kind::array && value.items().size() == 2; }

}  // namespace

std::string_view Value::text() const& {
    const auto* text = std::get_if<std::string>(&data_);
    return text ? *text : (detail::fail_conversion(*this, "text"), std::string_view());
}

std::string Value::text() && {
    auto* text = std::get_if<std::string>(&data_);
    if (!text) detail::fail_conversion(*this, "text");
    return std::move(*text);
}

const Value::Items& Value::items() const& {
    const auto* items = std::get_if<Items>(&data_);
    if (!items) detail::fail_conversion(*this, "something with elements");
    return *items;
}

Value::Items Value::items() && {
    auto* items = std::get_if<Items>(&data_);
    if (!items) detail::fail_conversion(*this, "something with elements");
    return std::move(*items);
}

bool Value::boolean() const {
    if (kind_ != Kind::boolean) detail::fail_conversion(*this, "a boolean");
    return std::get<bool>(data_);
}

std::int64_t Value::integer() const {
    if (kind_ != Kind::integer) detail::fail_conversion(*this, "an integer");
    return std::get<std::int64_t>(data_);
}

double Value::real() const {
    if (kind_ != Kind::real) detail::fail_conversion(*this, "a double");
    return std::get<double>(data_);
}

void Value::throw_if_error() const {
    if (is_error()) throw redis::Error(std::get<std::string>(data_));
}

std::string Value::describe() const {
    switch (kind_) {
        case Kind::null: return "null";
        case Kind::boolean: return boolean() ? "true" : "false";
        case Kind::integer: return format(integer());
        case Kind::real: return format(real());
        default: break;
    }
    if (const auto* items = std::get_if<Items>(&data_)) {
        return name_of(kind_) + std::to_string(kind_ == Kind::map ? items->size() / 2 : items->size());
    }
    const std::string_view all = text();
    const bool cut = all.size() > shown_bytes;
    return name_of(kind_) + ('"' + util::printable(all.substr(0, shown_bytes))) + (cut ? "...\"" : "\"");
}

namespace detail {

void fail_conversion(const Value& value, std::string_view wanted) {
    throw sio::Error(errc::invalid_value, "Redis: " + value.describe() + " is not " + std::string(wanted));
}

std::string to_text(const Value& value) {
    switch (value.kind()) {
        case Value::Kind::integer: return format(value.integer());
        case Value::Kind::real: return format(value.real());
        default: return std::string(value.text());
    }
}

bool to_boolean(const Value& value) {
    if (value.kind() == Value::Kind::boolean) return value.boolean();
    const std::int64_t number =
        to_signed(value, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    if (number != 0 && number != 1) fail_conversion(value, "a boolean");
    return number == 1;
}

std::int64_t to_signed(const Value& value, std::int64_t min, std::int64_t max) {
    std::int64_t number = 0;
    if (value.kind() == Value::Kind::integer) {
        number = value.integer();
    } else if (value.kind() == Value::Kind::boolean) {
        number = value.boolean() ? 1 : 0;
    } else if (value.is_null() || value.is_aggregate() || value.kind() == Value::Kind::real ||
               !parse(value.text(), number)) {
        fail_conversion(value, "an integer");
    }
    if (number < min || number > max) fail_conversion(value, "an integer of that size");
    return number;
}

std::uint64_t to_unsigned(const Value& value, std::uint64_t max) {
    std::uint64_t number = 0;
    if (value.kind() == Value::Kind::integer || value.kind() == Value::Kind::boolean) {
        number = static_cast<std::uint64_t>(to_signed(value, 0, std::numeric_limits<std::int64_t>::max()));
    } else if (value.is_null() || value.is_aggregate() || value.kind() == Value::Kind::real ||
               !parse(value.text(), number)) {
        fail_conversion(value, "an integer of zero or more");
    }
    if (number > max) fail_conversion(value, "an integer of that size");
    return number;
}

double to_real(const Value& value) {
    double number = 0;
    if (value.kind() == Value::Kind::real) return value.real();
    if (value.kind() == Value::Kind::integer) return static_cast<double>(value.integer());
    if (value.is_null() || value.is_aggregate() || value.kind() == Value::Kind::boolean ||
        !parse(value.text(), number)) {
        fail_conversion(value, "a number");
    }
    return number;
}

const Value::Items& to_sequence(const Value& value) {
    if (!value.is_aggregate() || value.kind() == Value::Kind::map) fail_conversion(value, "a list");
    return value.items();
}

void for_each_pair(const Value& value, void* context, void (*visit)(void*, const Value&, const Value&)) {
    if (!value.is_aggregate()) fail_conversion(value, "a map");
    const auto& items = value.items();
    bool pairs = value.kind() != Value::Kind::map && !items.empty();
    for (std::size_t i = 0; pairs && i < items.size(); ++i) pairs = is_pair(items[i]);
    if (pairs) {
        for (const Value& item : items) visit(context, item.items()[0], item.items()[1]);
        return;
    }
    if (items.size() % 2 != 0) fail_conversion(value, "a map");
    for (std::size_t i = 0; i < items.size(); i += 2) visit(context, items[i], items[i + 1]);
}

}  // namespace detail

}  // namespace sio::redis
