#include "transport/handshake_rules.hpp"

#include <exception>
#include <string>

#include <sio/log.hpp>

namespace sio::transport {

std::optional<Refusal> ask_allow_request(const EngineOptions& options, Environ& environ) {
    if (!options.allow_request) return std::nullopt;
    try {
        return options.allow_request(environ);
    } catch (const std::exception& error) {
        log(LogLevel::error, "session", std::string("allow_request failed: ") + error.what());
        return Refusal{};
    }
}

Response no_more_sessions(bool shutting_down) {
    Response response(503, shutting_down ? "The server is shutting down." : "Too many sessions.");
    response.headers.set("Retry-After", "5");
    return response;
}

}  // namespace sio::transport
