#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Writers of JSON text, and readers of the little JSON that a codec must understand to route a packet. Whole documents
// are Boost.JSON's, in dispatch.

namespace sio::wire {

/// The largest whole number that JavaScript counts to without gaps, its Number.MAX_SAFE_INTEGER.
inline constexpr std::uint64_t max_safe_integer = (std::uint64_t{1} << 53) - 1;

constexpr bool is_json_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

constexpr std::string_view skip_json_space(std::string_view text) noexcept {
    while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
    return text;
}

constexpr std::string_view trim_json_space(std::string_view text) noexcept {
    text = skip_json_space(text);
    while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
    return text;
}

/// Whether `text` begins and ends with these: for `[` and `]`, what can only be an array if it is JSON at all.
constexpr bool enclosed(std::string_view text, char first, char last) noexcept {
    return text.size() >= 2 && text.front() == first && text.back() == last;
}

enum class JsonCharset : std::uint8_t {
    /// Characters outside ASCII as they are, but for U+2028 and U+2029, which end a line in the JavaScript of a JSONP
    /// answer and which socket.io-client 0.9 loses in acks.
    utf8,
    /// Everything outside ASCII as `\uXXXX`: 1.x clients encode their text twice and read twice, which leaves ASCII as it is.
    ascii,
};

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD: what an application sends
/// must not make a browser drop the connection.
void append_json_string(std::string& out, std::string_view text, JsonCharset charset = JsonCharset::utf8);

/// Appends `json`, a valid JSON text, with everything outside ASCII escaped.
void append_json_as_ascii(std::string& out, std::string_view json);

void append_json_number(std::string& out, std::int64_t value);
void append_json_number(std::string& out, std::uint64_t value);
/// As JavaScript prints it: `1`, `0.1`, `1e+21`; the shortest digits that read back as the same number. What JSON
/// cannot say, NaN and the infinities, is `null`, as JSON.stringify does; `-0` is `0`.
void append_json_number(std::string& out, double value);

/// A string at the start of a JSON text.
struct JsonString {
    /// Between the quotes, escapes and all.
    std::string_view raw;
    bool has_escapes;
    /// What follows the closing quote.
    std::string_view rest;
};

/// Finds the end of the string that `json` begins with. Nothing when it does not begin with a quote, does not end, or
/// holds a control character.
std::optional<JsonString> scan_json_string(std::string_view json) noexcept;

/// Appends what the inside of a JSON string stands for. A surrogate without its other half gives U+FFFD.
/// False for an escape that JSON does not have.
bool append_json_unescaped(std::string& out, std::string_view raw);

/// Appends `json` with escapes of surrogates that lack their other half (`"\ud83d"`) replaced by `\ufffd`.
///
/// JavaScript strings may hold such halves, where a text was cut within an emoji, and JSON.stringify sends them like
/// this; strict parsers refuse the whole text. Returns whether anything was replaced.
bool append_json_with_whole_surrogates(std::string& out, std::string_view json);

}  // namespace sio::wire
