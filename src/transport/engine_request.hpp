#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include <sio/engine_options.hpp>
#include <sio/generation.hpp>
#include <sio/http_request.hpp>
#include <sio/response.hpp>

#include "transport/poll_form.hpp"

namespace sio::transport {

/// Why a request of an Engine.IO endpoint is refused: the codes of the reference server.
enum class EngineError : std::uint8_t {
    unknown_transport = 0,
    unknown_sid = 1,
    bad_handshake_method = 2,
    bad_request = 3,
    forbidden = 4,
    unsupported_protocol = 5,
};

enum class TransportKind : std::uint8_t { polling, websocket };
std::string_view transport_name(TransportKind kind) noexcept;

/// What the URL and headers of a request ask of an Engine.IO endpoint.
struct EngineRequest {
    TransportKind transport = TransportKind::polling;
    /// Of a handshake; a session knows its own.
    Generation generation = Generation::eio4;
    /// Empty: a handshake.
    std::string sid;
    /// Of polling; `base64` of WebSocket too.
    PollForm form;
    /// It says `EIO=2`, as builds of socket.io-client 1.0 for browsers do, which speak 3 otherwise.
    bool oldest_eio3 = false;
    /// It wants to become a WebSocket.
    bool upgrade = false;
};

/// The session that a request for an endpoint at `path` names, of whichever generation; empty: none.
std::string session_id_of(std::string_view target, std::string_view path);

/// Reads and checks what can be checked without knowing the sessions.
std::variant<EngineRequest, EngineError> read_engine_request(const HttpRequest& request, const EngineOptions& options);

/// `{"code":n,"message":"..."}` with status 400 (403 for forbidden). `message` empty: the reference server's text.
Response engine_error(EngineError error, std::string_view message = {});

}  // namespace sio::transport
