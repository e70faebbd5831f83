#pragma once

#include <span>
#include <string_view>

#include "http/template/context.hpp"
#include "http/template/value.hpp"

namespace sio::http::tpl {

/// What a filter gets: what stands before the `|`, and the arguments in its parentheses.
struct FilterCall {
    const Context& context;
    const Value& value;
    std::span<const Value> arguments;
};
/// Throws std::invalid_argument; the caller knows file and line.
using Filter = Value (*)(const FilterCall& call);

/// A filter of the language, or null.
Filter find_filter(std::string_view name) noexcept;

/// `value is name`, or null: `defined`, `none`, `odd`, ...
using Test = bool (*)(const Value& value);
Test find_test(std::string_view name) noexcept;

/// Text for HTML: as it is when it is safe already, or else escaped.
Value escaped(const Value& value);

}  // namespace sio::http::tpl
