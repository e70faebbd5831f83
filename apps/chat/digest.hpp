#pragma once

#include <string>
#include <string_view>

namespace chat {

/// SHA-256 as 64 hexadecimal digits.
std::string sha256_hex(std::string_view text);

/// `count` bytes of the system's random source, as hexadecimal digits. Throws std::runtime_error without one.
std::string random_hex(std::size_t count);

/// A password that can be checked and not read back: scrypt (RFC 7914) with a salt of its own.
class Password {
public:
    /// Throws std::runtime_error when the memory for scrypt (16 MB) cannot be had.
    explicit Password(std::string_view password);

    /// Takes about 50 ms, whatever is wrong with `attempt`: scrypt is meant to be slow, and the comparison looks at every
    /// byte. Any thread.
    bool matches(std::string_view attempt) const;

private:
    std::string derive(std::string_view password) const;

    std::string salt_;
    std::string key_;
};

}  // namespace chat
