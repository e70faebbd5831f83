#include "transport/engine_request.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "transport/websocket_accept.hpp"
#include "util/decimal.hpp"
#include "util/query.hpp"
#include "wire/json_text.hpp"
#include "wire/jsonp.hpp"

namespace sio::transport {

namespace {

constexpr std::array<std::string_view, 2> names = {"polling", "websocket"};

std::optional<TransportKind> find_transport(std::string_view name, const EngineOptions& options) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end() || std::ranges::find(options.transports, name) == options.transports.end()) return {};
    return static_cast<TransportKind>(found - names.begin());
}

std::optional<Generation> find_generation(std::string_view version, const EngineOptions& options) {
    const auto generation = version == "4"                     ? std::optional(Generation::eio4)
                            : version == "3" || version == "2" ? std::optional(Generation::eio3)
                                                               : std::nullopt;
    if (!generation || std::ranges::find(options.generations, *generation) == options.generations.end()) return {};
    return generation;
}

// `1400000000000-7`: the time in milliseconds and a counter.
bool is_old_timestamp(std::string_view text) {
    const std::size_t hyphen = text.find('-');
    if (hyphen == std::string_view::npos || hyphen < 12) return false;
    return util::parse_decimal(text.substr(0, hyphen)) && util::parse_decimal(text.substr(hyphen + 1));
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
    std::string base64;
    std::string timestamp;
    bool versioned = false;
    bool jsonp = false;
    EngineRequest result;
    util::QueryReader query(request.query_string());
    while (query.next()) {
        std::string* const wanted = query.key() == "transport" ? &transport
                                    : query.key() == "EIO"     ? &version
                                    : query.key() == "sid"     ? &result.sid
                                    : query.key() == "b64"     ? &base64
                                    : query.key() == "j"       ? &result.form.jsonp_index
                                    : query.key() == "t"       ? &timestamp
                                                               : nullptr;
        versioned = versioned || query.key() == "EIO";
        jsonp = jsonp || query.key() == "j";
        if (wanted && wanted->empty()) *wanted = query.value();
    }

    const auto kind = find_transport(transport, options);
    if (!kind) return EngineError::unknown_transport;
    result.transport = *kind;
    result.upgrade = wants_websocket(request);

    if (result.upgrade && *kind == TransportKind::polling) return EngineError::bad_request;
    if (jsonp && *kind == TransportKind::polling && !wire::is_jsonp_index(result.form.jsonp_index)) {
        return EngineError::bad_request;
    }
    result.form.base64 = !base64.empty() && base64 != "0";
    result.form.old_build = is_old_timestamp(timestamp);
    result.oldest_eio3 = version == "2";
    if (!result.sid.empty()) return result;
    if (request.method != "GET") return EngineError::bad_handshake_method;
    if (!versioned && options.eio3_without_version) version = "3";
    const auto generation = find_generation(version, options);
    if (!generation) return EngineError::unsupported_protocol;
    result.generation = *generation;
    return result;
}

std::string session_id_of(std::string_view target, std::string_view path) {
    target.remove_prefix(std::min(path.size(), target.size()));
    const std::size_t mark = std::min(target.find('?'), target.size());
    // Socket.IO 0.9: /1/<transport>/<sid>.
    if (std::string_view rest = target.substr(0, mark); rest.starts_with("/1/")) {
        rest.remove_prefix(3);
        const std::size_t slash = rest.find('/');
        if (slash == rest.npos) return {};
        rest.remove_prefix(slash + 1);
        return std::string(rest.substr(0, rest.find('/')));
    }
    util::QueryReader query(target.substr(std::min(mark + 1, target.size())));
    while (query.next()) {
        if (query.key() == "sid" && !query.value().empty()) return std::string(query.value());
    }
    return {};
}

Response engine_error(EngineError error, std::string_view message) {
    std::string body = "{\"code\":" + std::to_string(static_cast<int>(error)) + ",\"message\":";
    wire::append_json_string(body, message.empty() ? default_message(error) : message);
    body += '}';
    return Response::json(std::move(body), error == EngineError::forbidden ? 403 : 400);
}

}  // namespace sio::transport
