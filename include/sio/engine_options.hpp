#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/generation.hpp>
#include <sio/http_compression.hpp>
#include <sio/slow_clients.hpp>
#include <sio/v09_options.hpp>
#include <sio/websocket_compression.hpp>

namespace sio {

class Environ;

/// Cross-origin access to the polling transport, and which pages may open a WebSocket.
///
/// Off by default: no header is sent, and a WebSocket handshake that carries an `Origin` is accepted only from a page of
/// the same host and port. Clients outside browsers send no `Origin`; they always pass.
struct CorsOptions {
    /// Origins as browsers spell them (`https://example.org`, no path). `*` stands for any.
    std::vector<std::string> allowed_origins;
    /// Methods named in the answer to a preflight request.
    std::vector<std::string> allowed_methods = {"GET", "POST"};
    /// Header fields named in the answer to a preflight request; empty: those that it asks for.
    std::vector<std::string> allowed_headers;
    /// Cookies may be sent: the answer then names the origin itself, never `*`.
    bool allow_credentials = false;
    /// How long a browser may remember a preflight answer. Zero: not said.
    std::chrono::seconds max_age{0};

    bool enabled() const noexcept { return !allowed_origins.empty(); }
};

/// A cookie that carries the session id, for load balancers that route by it. sio itself never reads it.
struct CookieOptions {
    std::string name = "io";
    std::string path = "/";
    bool http_only = true;
    bool secure = false;
    /// `Lax`, `Strict`, `None`; empty: not said.
    std::string same_site = "Lax";
    /// Zero: until the browser closes.
    std::chrono::seconds max_age{0};
};

/// Why a handshake is refused; see EngineOptions::allow_request.
struct Refusal {
    /// The `message` of the error that the client gets, with code 4 and status 403.
    std::string message = "Forbidden";
};

/// Timing, limits and policy of an Engine.IO endpoint. The defaults are the reference server's where it has one.
struct EngineOptions {
    /// How often the server pings (Engine.IO 4), or the client (3). At least 1 ms.
    std::chrono::milliseconds ping_interval{25000};
    /// How long after a ping the answer may take before the session is closed with `ping timeout`; of Engine.IO 3, how long
    /// a client may be silent beyond the interval. At least 1 ms.
    std::chrono::milliseconds ping_timeout{20000};
    /// How long an upgrade may take from the WebSocket's handshake to its `5` packet; the session then stays as it was.
    std::chrono::milliseconds upgrade_timeout{10000};
    /// How long a closing session waits for the poll, or the WebSocket close frame, that lets it end in order.
    std::chrono::milliseconds close_timeout{10000};

    /// How long the first packet of a session that begins on a WebSocket is held back behind the answer to the handshake.
    /// Zero: both leave in one write, as is best for clients. The public suite of Engine.IO 3 loses a message that it reads
    /// together with that answer; a server for it wants some 20 ms.
    std::chrono::milliseconds websocket_greeting_delay{0};

    /// Largest WebSocket message, and largest body of a POST (answered 413), in bytes.
    std::size_t max_payload_bytes = 1'000'000;
    /// Packets that one POST may carry; beyond, it is answered 400 and the session ends. Zero, the default: as many as fit. Clients
    /// cannot know of a limit, and the official ones put everything that waits into one POST. What the packets cost is bounded
    /// otherwise: they are taken in over several turns, and not while the app is behind.
    std::size_t max_payload_packets = 0;
    /// Fragments of one WebSocket message; an empty last one is not counted.
    std::size_t max_fragments = 16'384;
    /// Bytes that may wait in this process for a client that does not read; what the kernel buffers comes on top. A single
    /// message may be larger. At least 1.
    std::size_t max_queued_bytes = 1024 * 1024;
    /// What happens then.
    SlowClients slow_clients = SlowClients::disconnect;
    /// Binary attachments of one Socket.IO packet.
    std::size_t max_attachments = 10;
    /// Bytes of all the attachments of one packet together; beyond, the connection is closed with `parse error`.
    std::size_t max_attachment_bytes = 10'000'000;
    /// Sessions open at once; a handshake beyond is answered 503. Those that have ended count as long as their handlers run.
    /// Zero: no limit.
    std::size_t max_sessions = 0;
    /// What one address (one /64 network for IPv6) may keep without a connection that pays for it: sessions between two polls,
    /// those whose client never came back after the handshake, and handlers and jobs that go on for clients that have left,
    /// each one of them. A handshake beyond is answered 503. Behind a proxy all clients have its address. Zero: no limit.
    std::size_t max_idle_sessions_per_address = 10'000;

    /// Clients that are served: `eio3` are socket.io-client 1.x and 2.x, `eio4` 3.x and 4.x, `v09` those before. Others are
    /// refused: with error 5, unsupported protocol version, where the protocol has errors.
    std::vector<Generation> generations = {Generation::v09, Generation::eio3, Generation::eio4};
    /// A handshake that does not say which version it speaks (`EIO`) is one of Engine.IO 3, where that is served: clients in Go of
    /// its time send none. Off: error 5, as the official suites want it.
    bool eio3_without_version = true;
    /// Transports that clients of Engine.IO may use, of `polling` and `websocket`. See allow_transports().
    std::vector<std::string> transports = {"polling", "websocket"};
    /// Whether a polling session may move to WebSocket.
    bool allow_upgrades = true;

    /// WebSocket subprotocols (`Sec-WebSocket-Protocol`) to agree on with a client that offers some, best first. Empty, the
    /// default: the first that the client offers, as on the reference server. Browsers drop a connection if none is agreed on.
    std::vector<std::string> websocket_subprotocols;
    /// Off unless set. The limit on payloads is one on inflated messages then.
    std::optional<WebSocketCompression> websocket_compression;
    /// Clients of 0.7 to 0.9.
    V09Options v09;

    /// Gzip for answers to polls, for clients that accept it. On, as on the reference server.
    std::optional<HttpCompression> http_compression = HttpCompression{};

    CorsOptions cors;
    std::optional<CookieOptions> cookie;

    /// Asked about each handshake, in a greenlet: it may block. A refusal is answered 403 with code 4; an exception is
    /// logged and refuses too. Default: everyone may.
    std::function<std::optional<Refusal>(Environ&)> allow_request;
};

/// Limits the transports of clients of all generations to those that `names` lists, with commas between, in the order in which
/// clients are to try them: `websocket` of every generation; `polling` of Engine.IO and, by their own names, `xhr-polling` and
/// `jsonp-polling` of 0.9; and `flashsocket`, `htmlfile`, `xhr-multipart`, `xhr-polling`, `jsonp-polling` of 0.9 alone.
/// A generation of which nothing is named has no transport then. Throws std::invalid_argument for any other name, and for
/// none at all.
void allow_transports(EngineOptions& options, std::string_view names);

}  // namespace sio
