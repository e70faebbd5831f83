#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::util {

/// Whether `text` has no byte above 0x7f.
bool is_ascii(std::string_view text) noexcept;

/// Whether `text` is UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF).
bool utf8_valid(std::string_view text) noexcept;

/// Characters of UTF-16 (code units) that the valid UTF-8 `text` would have: what JavaScript calls its
/// length.
std::size_t utf16_length(std::string_view text) noexcept;

/// Takes as many bytes off the valid UTF-8 `text` as make `units` UTF-16 code units; nothing when it is shorter, or when
/// that would divide a character that has two.
std::optional<std::string_view> take_utf16_units(std::string_view& text, std::uint64_t units) noexcept;

/// Undoes one of two encodings of a text to UTF-8, as clients of socket.io 1.x do it: appends what was encoded once, and
/// returns true, when `text` is UTF-8 whose characters are all at most U+00FF and, taken as bytes, are UTF-8 with a
/// character outside ASCII in it. False, with `out` as it was, for any other text.
bool append_once_encoded(std::string& out, std::string_view text);

/// Encodes a text to UTF-8 that is UTF-8 already, as those clients want to be spoken to: each byte becomes the character of that
/// number.
void append_encoded_again(std::string& out, std::string_view text);

/// Appends `code_point` as UTF-8. A surrogate, or a value above U+10FFFF, gives U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

/// A character at the start of a text.
struct Utf8Char {
    char32_t code_point;
    std::size_t size;  ///< in bytes; 0 when the text does not begin with a whole valid character
};

/// The first character of `text`, which is not empty. No character: U+FFFD, size 0.
Utf8Char first_utf8_char(std::string_view text) noexcept;

/// Checks UTF-8 that arrives in pieces, and fails at the first byte that no continuation could make valid.
class Utf8Validator {
public:
    /// Takes the next piece. False when the text is invalid; it stays so.
    bool feed(std::string_view piece) noexcept;
    /// Whether what was fed is valid as a whole: not in the middle of a character.
    bool complete() const noexcept { return needed_ == 0; }

private:
    static constexpr std::uint8_t failed = 0xff;

    // Continuation bytes that the current character still needs, and the range of the next one.
    std::uint8_t needed_ = 0;
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xbf;
};

}  // namespace sio::util
