#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sio::util {

/// The key of a SipHash.
struct SipKey {
    std::uint64_t k0;
    std::uint64_t k1;
};

/// SipHash-1-3 (Aumasson and Bernstein): one round for each word, three at the end.
std::uint64_t sip_hash(const SipKey& key, std::span<const std::byte> bytes) noexcept;

/// The hash for tables whose keys clients choose. Its key is random and new for each process, so that nobody can choose
/// keys that all fall into one bucket. (With std::hash, a join of a room took up to 60 times as long.)
struct SecretHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept;
    std::size_t operator()(std::uint64_t number) const noexcept;
};

}  // namespace sio::util
