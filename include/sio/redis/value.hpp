#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sio::redis {

template <class T>
struct Converter;

/// What Redis answers: a value of RESP3 (of which RESP2's types are a part).
///
///     std::string name = reply.as<std::string>();
///     auto maybe = reply.as<std::optional<int>>();                    // null: empty
///     auto fields = reply.as<std::map<std::string, std::string>>();   // HGETALL, in RESP2 as well
///
/// Immutable but for assignment. Threads: as std::string.
/// Source: https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md
class Value {
public:
    /// The types of RESP3. Attributes do not appear: they are read and dropped.
    enum class Kind : std::uint8_t {
        null,
        boolean,
        integer,
        real,           // "double"
        big_number,     // its digits as text
        simple_string,  // a status, such as "OK"
        bulk_string,
        verbatim_string,  // without the format that comes before the text
        error,            // simple or bulk
        array,
        map,  // items(): key, value, key, value, ...
        set,
        push,
    };
    using Items = std::vector<Value>;

    /// Null.
    Value() noexcept = default;
    explicit Value(bool value) noexcept : kind_(Kind::boolean), data_(value) {}
    explicit Value(std::int64_t value) noexcept : kind_(Kind::integer), data_(value) {}
    explicit Value(double value) noexcept : kind_(Kind::real), data_(value) {}
    /// `kind` is one of those with a text.
    Value(Kind kind, std::string text) noexcept : kind_(kind), data_(std::move(text)) {}
    /// `kind` is one of those with items; a map has an even number of them.
    Value(Kind kind, Items items) noexcept : kind_(kind), data_(std::move(items)) {}

    Kind kind() const noexcept { return kind_; }
    bool is_null() const noexcept { return kind_ == Kind::null; }
    bool is_error() const noexcept { return kind_ == Kind::error; }
    /// Whether items() may be called.
    bool is_aggregate() const noexcept { return std::holds_alternative<Items>(data_); }

    /// The value as a `T`: text (std::string; std::string_view and sio::Binary too), bool, integers, floating point,
    /// std::optional, std::vector, std::pair, std::tuple, and maps and sets of the standard library, of each other. Text is
    /// read as a number where one is wanted, and numbers as text, because RESP2 has fewer types. Maps are also read from
    /// arrays of pairs and from flat arrays. Anything for which Converter is specialised.
    ///
    /// Throws redis::Error if this is an error, and Error(errc::invalid_value), which says what it is instead, if it
    /// is something else. A std::string_view is valid as long as the value.
    template <class T>
    T as() const {
        throw_if_error();
        return Converter<T>::convert(*this);
    }

    /// The text of strings, big numbers and errors. Throws Error(errc::invalid_value) for others.
    std::string_view text() const&;
    std::string text() &&;
    /// The elements. Throws Error(errc::invalid_value) for what has none.
    const Items& items() const&;
    Items items() &&;
    bool boolean() const;
    std::int64_t integer() const;
    double real() const;

    /// Throws redis::Error if this is an error.
    void throw_if_error() const;

    /// For logs and messages: `array of 3`, `"text"`, ...; at most some 80 characters, all printable.
    std::string describe() const;

    friend bool operator==(const Value&, const Value&) = default;

private:
    Kind kind_ = Kind::null;
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Items> data_;
};

}  // namespace sio::redis

#include <sio/redis/convert.hpp>
