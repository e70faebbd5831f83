#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sio::transport {

/// A web origin (RFC 6454): scheme, host and port. Views into the text that it was read from.
struct Origin {
    /// WebSocket URLs have the origin of the page that HTTP serves on the same port.
    enum class Scheme : std::uint8_t {
        none,   ///< not said, as by clients of 0.9 in Node
        http,   ///< or ws
        https,  ///< or wss
    };

    Scheme scheme = Scheme::none;
    std::string_view host;
    /// Empty: that of the scheme.
    std::string_view port;
};

/// Reads the value of an `Origin` field, or an origin as options have it: `https://example.org:8443`. What follows host and
/// port, from a slash on, is ignored. Nothing for `null`, for other schemes, and for what is no origin.
std::optional<Origin> read_origin(std::string_view text) noexcept;

/// Whether the two are the same, however they are spelled.
bool same_origin(const Origin& a, const Origin& b) noexcept;

/// Whether `origin` is that of a server that was reached as `host` (a `Host` field). Behind a proxy that ends TLS the schemes
/// differ, so only host and port are compared; a port that neither says is the one of the origin's scheme.
bool is_origin_of(const Origin& origin, std::string_view host) noexcept;

}  // namespace sio::transport
