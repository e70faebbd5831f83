#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sio::util {

/// Characters that base64 makes of `bytes` bytes, padding included.
constexpr std::size_t base64_encoded_size(std::size_t bytes) noexcept { return (bytes + 2) / 3 * 4; }

/// Appends `bytes` in base64 (RFC 4648 section 4: the standard alphabet, padded).
void append_base64(std::string& out, std::string_view bytes);

/// `bytes` in base64 (RFC 4648 section 4).
std::string base64_encode(std::string_view bytes);

/// Appends what `text` stands for. Strict: the standard alphabet, padded, no white space, unused bits zero.
/// Returns false, with `out` as it was, for anything else.
bool append_base64_decoded(std::string& out, std::string_view text);

/// The same for text that other encoders write: line ends anywhere, as MIME has them (RFC 2045 section 6.8), and padding that
/// may be left out. Strict in everything else.
bool append_mime_base64_decoded(std::string& out, std::string_view text);

/// What `text` stands for, or nothing when it is not strict base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace sio::util
