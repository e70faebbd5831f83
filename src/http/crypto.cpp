#include "http/crypto.hpp"

#include <climits>
#include <span>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "util/secure_id.hpp"

namespace sio::http {

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::string digest(32, '\0');
    unsigned length = 0;
    if (key.size() > INT_MAX || !HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                      reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                      reinterpret_cast<unsigned char*>(digest.data()), &length)) {
        throw std::runtime_error("HMAC-SHA256 is not available");
    }
    return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    util::fill_random(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

}  // namespace sio::http
