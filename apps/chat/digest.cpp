#include "digest.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace chat {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(2 * size);
    for (std::size_t index = 0; index < size; ++index) {
        out.push_back(digits[bytes[index] >> 4]);
        out.push_back(digits[bytes[index] & 15]);
    }
    return out;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
        throw std::runtime_error("the system has no random bytes");
    }
    return bytes;
}

}  // namespace

std::string sha256_hex(std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL has no SHA-256");
    }
    return hex(digest, size);
}

std::string random_hex(std::size_t count) {
    const auto bytes = random_bytes(count);
    return hex(reinterpret_cast<const unsigned char*>(bytes.data()), count);
}

}  // namespace chat
