#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sio::util {

/// Characters of an id: 6 random bits each, so 120 in all.
inline constexpr std::size_t secure_id_size = 20;

/// What ids are made of, in the order of base64url.
inline constexpr std::string_view secure_id_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A new unguessable id of letters, digits, `-` and `_`, from the system's random source (getrandom).
/// Any thread. Ends the process when the system has no randomness, since nothing would be safe then.
std::string make_secure_id();

/// Fills `bytes` from the system's random source. The same terms.
void fill_random(std::span<std::byte> bytes) noexcept;

}  // namespace sio::util
