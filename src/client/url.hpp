#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sio::client {

/// The parts of an absolute URL that a client needs (RFC 3986; `http`, `https`, `ws` and `wss`).
struct Url {
    std::string scheme;
    /// Without the brackets of an IPv6 address.
    std::string host;
    std::uint16_t port = 0;
    /// Path and query, beginning with a slash; without the fragment.
    std::string target;

    bool is_tls() const noexcept { return scheme == "https" || scheme == "wss"; }
    /// Host, and port unless it is the scheme's: the field `Host`.
    std::string authority() const;
    std::string text() const { return scheme + "://" + authority() + target; }
    bool same_origin(const Url& other) const noexcept {
        return scheme == other.scheme && host == other.host && port == other.port;
    }

    /// Throws Error(errc::invalid_value), which quotes the URL, when it is none, has another scheme, or user and password.
    static Url parse(std::string_view text);
    /// Where `reference`, a `Location`, leads from here: absolute, or a path with or without its beginning, with `.` and `..`
    /// (RFC 3986, 5.2). Throws as parse().
    Url resolve(std::string_view reference) const;
};

/// `text` with what must be encoded in a URL encoded: spaces, control characters and bytes beyond ASCII, as browsers do.
std::string encode_location(std::string_view text);

}  // namespace sio::client
