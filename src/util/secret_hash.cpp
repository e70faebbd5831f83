#include "util/secret_hash.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "util/secure_id.hpp"

namespace sio::util {

namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

struct State {
    explicit State(const SipKey& key) noexcept
        : v0(key.k0 ^ 0x736f'6d65'7073'6575),
          v1(key.k1 ^ 0x646f'7261'6e64'6f6d),
          v2(key.k0 ^ 0x6c79'6765'6e65'7261),
          v3(key.k1 ^ 0x7465'6462'7974'6573) {}

    void round() noexcept {
        v0 += v1;
        v2 += v3;
        v1 = std::rotl(v1, 13) ^ v0;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 = std::rotl(v0, 32) + v3;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 = std::rotl(v2, 32);
    }
    void take(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        v0 ^= word;
    }

    std::uint64_t v0, v1, v2, v3;
};

const SipKey& process_key() noexcept {
    static const SipKey key = [] {
        std::array<std::byte, sizeof(SipKey)> random;
        fill_random(random);
        return std::bit_cast<SipKey>(random);
    }();
    return key;
}

}  // namespace

std::uint64_t sip_hash(const SipKey& key, std::span<const std::byte> bytes) noexcept {
    State state(key);
    // The last word has what is left of the bytes, and how many they all were.
    std::uint64_t last = std::uint64_t{bytes.size()} << 56;
    for (; bytes.size() >= sizeof last; bytes = bytes.subspan(sizeof last)) {
        std::uint64_t word;
        std::memcpy(&word, bytes.data(), sizeof word);
        state.take(word);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) last |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    state.take(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < 3; ++i) state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::size_t SecretHash::operator()(std::string_view text) const noexcept {
    return sip_hash(process_key(), std::as_bytes(std::span(text)));
}

std::size_t SecretHash::operator()(std::uint64_t number) const noexcept {
    return sip_hash(process_key(), std::as_bytes(std::span(&number, 1)));
}

}  // namespace sio::util
