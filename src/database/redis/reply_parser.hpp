#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sio/redis/options.hpp>
#include <sio/redis/value.hpp>

namespace sio::redis {

/// Bytes to values of RESP2 and RESP3, fed in any pieces. Each byte is looked at once; what a length announces is not
/// allocated before it has arrived; nested values are kept on a stack of its own.
///
///     while (parser.feed(input)) use(parser.take());   // then input is empty
///
/// Attributes are read and dropped. Streamed strings and aggregates (`$?`, `*?`), which no server sends, are refused.
/// Errors: Error(errc::invalid_value) for what is not RESP, Error(errc::limit_exceeded) beyond a limit; the parser is of no
/// use afterwards.
class ReplyParser {
public:
    explicit ReplyParser(const ReplyLimits& limits) noexcept : limits_(limits) {}

    /// Takes bytes off the front of `input` until a value is complete (true) or there are no more.
    bool feed(std::string_view& input);
    /// The value, after feed() returned true.
    Value take() noexcept { return std::move(value_); }
    /// Whether part of a value has been fed.
    bool in_value() const noexcept { return bytes_ > 0; }

private:
    /// An aggregate some of whose elements are still to come.
    struct Frame {
        Value::Kind kind;
        bool attribute;
        std::size_t left;
        Value::Items items;
    };
    enum class State : std::uint8_t { line, bulk, bulk_end };

    bool read_line(std::string_view& input);
    bool read_bulk(std::string_view& input);
    bool read_bulk_end(std::string_view& input);
    bool begin_value();
    bool begin_bulk(char type);
    bool begin_aggregate(Value::Kind kind, bool attribute, std::size_t values_per_element);
    bool finish_bulk();
    bool complete(Value value);
    Value number() const;
    Value big_number() const;
    Value real() const;
    std::int64_t length() const;
    void count(std::size_t bytes);

    ReplyLimits limits_;
    State state_ = State::line;
    char bulk_type_ = 0;
    std::size_t bulk_left_ = 0;
    std::size_t bytes_ = 0;     // of this value, so far
    std::size_t elements_ = 0;  // likewise, announced
    std::string text_;          // the line or the bulk string that is being read
    std::vector<Frame> frames_;
    Value value_;
};

}  // namespace sio::redis
