#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sio/http_request.hpp>

namespace sio::transport {

/// The transports of Socket.IO 0.7 to 0.9.
enum class V09Transport : std::uint8_t { websocket, flashsocket, htmlfile, xhr_multipart, xhr_polling, jsonp_polling };

/// As it stands in URLs and options: `xhr-polling`.
std::string_view transport_name(V09Transport transport) noexcept;
std::optional<V09Transport> find_v09_transport(std::string_view name) noexcept;

/// What the URL of a request asks of an endpoint for 0.7 to 0.9 clients. `/socket.io` stands for whatever the resource is.
///
/// | path below the resource | meaning |
/// | --- | --- |
/// | `/1`, `/1/` | handshake |
/// | `/1/<transport>/<sid>`, with or without a slash behind | a request of that session |
/// | the same with `?disconnect` | its end; of 0.9.8 and later also `/1//<sid>/?disconnect=1` |
struct V09Request {
    enum class Kind : std::uint8_t { handshake, session, disconnect, unknown_transport, not_found };

    Kind kind = Kind::not_found;
    V09Transport transport = V09Transport::websocket;
    std::string sid;
    /// Asked for in JSONP: the query has this `i`, or `jsonp` (handshake). Nothing where that is no number.
    std::optional<std::uint32_t> jsonp;
    /// The query names a callback that is no number.
    bool bad_jsonp = false;

    /// Whether the answer is a script.
    bool wants_script() const noexcept {
        return jsonp || (kind == Kind::session && transport == V09Transport::jsonp_polling);
    }
};

/// Whether the target lies under `resource` (`/socket.io`) and is for 0.7 to 0.9 clients.
bool is_v09_target(std::string_view target, std::string_view resource) noexcept;

/// Reads `request`, for which that is so.
V09Request read_v09_request(const HttpRequest& request, std::string_view resource);

}  // namespace sio::transport
