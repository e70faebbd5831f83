#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sio::http {

/// Signs texts that a client keeps for the server, so that it cannot change them. It can read them.
///
/// A token is `<payload>.<time>.<signature>`, each base64url: the payload's bytes, the seconds since the epoch in
/// decimal, and HMAC-SHA256 of what stands before the last dot.
class TokenSigner {
public:
    /// The first key signs, all of them verify: to change keys, put the new one in front, and drop the old one when its
    /// tokens have expired. `purpose` keeps tokens for one thing from being taken for another. Throws
    /// std::invalid_argument for no key, or one of less than 16 bytes.
    TokenSigner(const std::vector<std::string>& keys, std::string_view purpose);

    std::string sign(std::string_view payload, std::chrono::sys_seconds now) const;

    struct Verified {
        std::string payload;
        std::chrono::sys_seconds signed_at;
    };
    /// Nothing when the token is malformed, not signed by one of the keys, older than `max_age`, or from the future (by
    /// more than a minute: clocks differ).
    std::optional<Verified> verify(std::string_view token, std::chrono::sys_seconds now,
                                   std::chrono::seconds max_age) const;

private:
    /// Derived from the application's, for this purpose.
    std::vector<std::string> keys_;
};

}  // namespace sio::http
