#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sio::wire {

static_assert(std::endian::native == std::endian::little, "masks are applied eight bytes at a time");

/// Applies `mask` (RFC 6455 section 5.3; its bytes in the order of memory) to `size` bytes at `data`, beginning with its byte
/// number `phase` modulo 4. Returns whether all of the bytes are ASCII afterwards.
inline bool ws_apply_mask(char* data, std::size_t size, std::uint32_t mask, std::size_t phase = 0) noexcept {
    mask = std::rotr(mask, static_cast<int>(phase % 4 * 8));
    const std::uint64_t wide = std::uint64_t{mask} << 32 | mask;
    std::uint64_t seen = 0;
    for (; size >= 32; size -= 32, data += 32) {
        std::uint64_t words[4];
        std::memcpy(words, data, sizeof words);
        for (std::uint64_t& word : words) word ^= wide;
        seen |= words[0] | words[1] | words[2] | words[3];
        std::memcpy(data, words, sizeof words);
    }
    for (; size >= 8; size -= 8, data += 8) {
        std::uint64_t word;
        std::memcpy(&word, data, sizeof word);
        word ^= wide;
        seen |= word;
        std::memcpy(data, &word, sizeof word);
    }
    for (std::size_t i = 0; i < size; ++i) {
        data[i] = static_cast<char>(data[i] ^ static_cast<char>(wide >> (8 * i)));
        seen |= static_cast<unsigned char>(data[i]);
    }
    return (seen & 0x8080808080808080) == 0;
}

}  // namespace sio::wire
