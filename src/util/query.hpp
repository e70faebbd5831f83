#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sio::util {

/// Walks the `key=value` pairs of a query string (or of a urlencoded form) in their order, decoded.
///
/// Pairs are separated by `&`; empty ones are passed over; a pair without `=` has an empty value. See
/// append_form_decoded() for the decoding.
class QueryReader {
public:
    /// More pairs than any client sends; the rest is ignored, so that a hostile query costs little. As Node's
    /// querystring module.
    static constexpr std::size_t default_max_pairs = 1000;

    /// `query` without the `?`; it must outlive the reader.
    explicit QueryReader(std::string_view query, std::size_t max_pairs = default_max_pairs) noexcept
        : rest_(query), left_(max_pairs) {}

    /// Steps to the next pair. False at the end.
    bool next();

    /// Of the pair that next() has stepped to; valid until the next step.
    const std::string& key() const noexcept { return key_; }
    const std::string& value() const noexcept { return value_; }

private:
    std::string_view rest_;
    std::size_t left_;
    std::string key_;
    std::string value_;
};

/// The value of the first pair of `query` whose key is `key`, decoded.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

}  // namespace sio::util
