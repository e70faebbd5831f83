#include "util/secret_hash.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

using sio::util::SecretHash;
using sio::util::sip_hash;
using sio::util::SipKey;

namespace {

std::uint64_t hash(const SipKey& key, std::string_view text) { return sip_hash(key, std::as_bytes(std::span(text))); }

}  // namespace

TEST_CASE("every bit of the key and every byte of the text change the hash") {
    const SipKey key{0x0706'0504'0302'0100, 0x0f0e'0d0c'0b0a'0908};
    std::set<std::uint64_t> seen;
    std::string text;
    for (int i = 0; i < 64; ++i) {
        CHECK(seen.insert(hash(key, text)).second);
        text += static_cast<char>(i);
    }
    for (int bit = 0; bit < 64; ++bit) {
        CHECK(seen.insert(hash({key.k0 ^ std::uint64_t{1} << bit, key.k1}, text)).second);
        CHECK(seen.insert(hash({key.k0, key.k1 ^ std::uint64_t{1} << bit}, text)).second);
    }
    for (char& each : text) {
        each = static_cast<char>(~each);
        CHECK(seen.insert(hash(key, text)).second);
    }
    CHECK(seen.insert(hash(key, std::string(2, '\0'))).second);
    CHECK(seen.insert(hash(key, std::string(9, '\0'))).second);
}

TEST_CASE("the secret hash is one hash for all of a process, and not the library's") {
    CHECK(SecretHash{}("room") == SecretHash{}(std::string("room")));
    CHECK(SecretHash{}("room") != SecretHash{}("room2"));
    CHECK(SecretHash{}("room") != std::hash<std::string_view>{}("room"));
    CHECK(SecretHash{}(std::uint64_t{1}) != SecretHash{}(std::uint64_t{2}));
}
