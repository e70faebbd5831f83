#include <sio/headers.hpp>

#include <algorithm>
#include <stdexcept>

#include "http/ascii.hpp"
#include "util/ascii.hpp"

namespace sio {
namespace {

void check_field(std::string_view name, std::string_view value) {
    if (!http::is_token(name)) throw std::invalid_argument("not a header field name");
    const auto forbidden = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::any_of(value.begin(), value.end(), forbidden)) {
        throw std::invalid_argument("the value of header field " + std::string(name) + " holds CR, LF or NUL");
    }
}

/// Most messages have no more fields, so that most allocate once.
constexpr std::size_t usual_fields = 8;

auto named(std::string_view name) {
    return [name](const Headers::value_type& field) { return util::ascii_iequals(field.first, name); };
}

}  // namespace

Headers::Headers(std::initializer_list<value_type> fields) {
    fields_.reserve(fields.size());
    for (const auto& [name, value] : fields) add(name, value);
}

std::string_view Headers::get(std::string_view name) const noexcept {
    const auto found = std::find_if(fields_.begin(), fields_.end(), named(name));
    return found == fields_.end() ? std::string_view() : std::string_view(found->second);
}

bool Headers::contains(std::string_view name) const noexcept {
    return std::any_of(fields_.begin(), fields_.end(), named(name));
}

std::size_t Headers::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::count_if(fields_.begin(), fields_.end(), named(name)));
}

std::string Headers::combined(std::string_view name) const {
    std::string list;
    for (const auto& [field_name, value] : fields_) {
        if (!util::ascii_iequals(field_name, name)) continue;
        if (!list.empty()) list += ", ";
        list += value;
    }
    return list;
}

void Headers::add(std::string_view name, std::string_view value) {
    check_field(name, value);
    if (fields_.capacity() == 0) fields_.reserve(usual_fields);
    fields_.emplace_back(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
    const auto first = std::find_if(fields_.begin(), fields_.end(), named(name));
    if (first == fields_.end()) return add(name, value);
    check_field(name, value);
    value_type field(name, value);
    fields_.erase(std::remove_if(first + 1, fields_.end(), named(name)), fields_.end());
    // `name` and `value` may have been views of a field that is gone now.
    *first = std::move(field);
}

std::size_t Headers::erase(std::string_view name) {
    return std::erase_if(fields_, [name = std::string(name)](const value_type& field) {
        return util::ascii_iequals(field.first, name);
    });
}

}  // namespace sio
