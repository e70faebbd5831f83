#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <sio/headers.hpp>

namespace sio {

/// An HTTP request whose body has arrived, as the HTTP server that parsed it hands it on.
struct HttpRequest {
    /// The method as sent: `GET`, `POST`, ...
    std::string method = "GET";
    /// The request target as sent, in origin form and still percent-encoded: `/room/a%20b?x=1`.
    std::string target = "/";
    /// 10 or 11.
    int version = 11;
    Headers headers;
    /// The whole body, without its transfer coding.
    std::string body;

    /// `http` or `https`.
    std::string scheme = "http";
    /// The peer's address in numeric form; empty on a Unix socket.
    std::string remote_address;
    std::uint16_t remote_port = 0;
    /// The address and port that the peer connected to.
    std::string local_address;
    std::uint16_t local_port = 0;

    /// The target up to its `?`, still percent-encoded.
    std::string_view path() const noexcept { return std::string_view(target).substr(0, target.find('?')); }
    /// What follows the first `?` of the target, still percent-encoded; empty when there is none.
    std::string_view query_string() const noexcept {
        const auto mark = target.find('?');
        return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
    }
};

}  // namespace sio
