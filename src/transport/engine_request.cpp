#include "transport/engine_request.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "util/ascii.hpp"
#include "util/query.hpp"
#include "wire/json_text.hpp"

namespace sio::transport {

namespace {

constexpr std::array<std::string_view, 2> names = {"polling", "websocket"};

std::optional<TransportKind> find_transport(std::string_view name, const EngineOptions& options) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end() || std::ranges::find(options.transports, name) == options.transports.end()) return {};
    return static_cast<TransportKind>(found - names.begin());
}

std::string_view default_message(EngineError error) noexcept {
    switch (error) {
        case EngineError::unknown_transport: return "Transport unknown";
        case EngineError::unknown_sid: return "Session ID unknown";
        case EngineError::bad_handshake_method: return "Bad handshake method";
        case EngineError::bad_request: return "Bad request";
        case EngineError::forbidden: return "Forbidden";
        case EngineError::unsupported_protocol: return "Unsupported protocol version";
    }
    return "Bad request";
}

}  // namespace

std::string_view transport_name(TransportKind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

std::variant<EngineRequest, EngineError> read_engine_request(const HttpRequest& request, const EngineOptions& options) {
    std::string transport;
    std::string version;
    EngineRequest result;
    util::QueryReader query(request.query_string());
    while (query.next()) {
        std::string* const wanted = query.key() == "transport" ? &transport
                                    : query.key() == "EIO"     ? &version
                                    : query.key() == "sid"     ? &result.sid
                                                               : nullptr;
        if (wanted && wanted->empty()) *wanted = query.value();
    }

    const auto kind = find_transport(transport, options);
    if (!kind) return EngineError::unknown_transport;
    result.transport = *kind;
    result.upgrade = util::ascii_iequals(request.headers.get("Upgrade"), "websocket");

    if (result.upgrade && *kind == TransportKind::polling) return EngineError::bad_request;
    if (!result.sid.empty()) return result;
    if (request.method != "GET") return EngineError::bad_handshake_method;
    if (version != "4") return EngineError::unsupported_protocol;
    return result;
}

Response engine_error(EngineError error, std::string_view message) {
    std::string body = "{\"code\":" + std::to_string(static_cast<int>(error)) + ",\"message\":";
    wire::append_json_string(body, message.empty() ? default_message(error) : message);
    body += '}';
    return Response::json(std::move(body), error == EngineError::forbidden ? 403 : 400);
}

}  // namespace sio::transport
