#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include <sio/binary.hpp>
#include <sio/error.hpp>

namespace sio {

/// A value for a placeholder of an SQL statement: NULL, a truth value, an integer, a number, text or bytes.
///
/// Made implicitly from the arguments of query() and execute(). Text and bytes are referred to, not copied: they must
/// be there until the call returns, which what a caller writes between the parentheses always is.
class SqlParameter {
public:
    using Bytes = std::span<const std::byte>;
    using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, Bytes>;

    SqlParameter(std::nullptr_t) noexcept {}
    SqlParameter(std::nullopt_t) noexcept {}
    template <std::same_as<bool> T>
    SqlParameter(T value) noexcept : value_(value) {}
    /// Throws Error(errc::invalid_value) for what 64 bits with a sign do not hold.
    template <std::integral T>
    requires(!std::same_as<T, bool>)
    SqlParameter(T value) : value_(static_cast<std::int64_t>(value)) {
        if constexpr (std::unsigned_integral<T> && sizeof(T) == sizeof(std::int64_t)) {
            if (value > static_cast<T>(std::numeric_limits<std::int64_t>::max()))
                throw Error(errc::invalid_value, "a parameter is larger than SQL's bigint");
        }
    }
    template <std::floating_point T>
    SqlParameter(T value) noexcept : value_(static_cast<double>(value)) {}
    /// UTF-8.
    template <class T>
    requires(std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>)
    SqlParameter(const T& text) : value_(std::string_view(text)) {}
    SqlParameter(const Binary& bytes) noexcept : value_(std::as_bytes(std::span(bytes.data(), bytes.size()))) {}
    SqlParameter(Bytes bytes) noexcept : value_(bytes) {}
    /// NULL when it is empty.
    template <class T>
    SqlParameter(const std::optional<T>& value) {
        if (value) value_ = SqlParameter(*value).value_;
    }

    const Value& value() const noexcept { return value_; }

private:
    Value value_;
};

}  // namespace sio
