#include "transport/v09_request.hpp"

#include <algorithm>
#include <array>

#include "util/query.hpp"
#include "wire/v09_jsonp.hpp"

namespace sio::transport {

namespace {

constexpr std::array<std::string_view, 6> transport_names = {"websocket",     "flashsocket", "htmlfile",
                                                             "xhr-multipart", "xhr-polling", "jsonp-polling"};

/// The only version of the protocol that there was.
constexpr std::string_view version = "/1";

/// Takes the segment that `path` begins with, and the slash behind it.
std::string_view take_segment(std::string_view& path) noexcept {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    return segment;
}

}  // namespace

std::string_view transport_name(V09Transport transport) noexcept {
    return transport_names[static_cast<std::size_t>(transport)];
}

std::optional<V09Transport> find_v09_transport(std::string_view name) noexcept {
    const auto found = std::ranges::find(transport_names, name);
    if (found == transport_names.end()) return std::nullopt;
    return static_cast<V09Transport>(found - transport_names.begin());
}

bool is_v09_target(std::string_view target, std::string_view resource) noexcept {
    if (!target.starts_with(resource)) return false;
    target.remove_prefix(resource.size());
    if (!target.starts_with(version)) return false;
    target.remove_prefix(version.size());
    return target.empty() || target.front() == '/' || target.front() == '?';
}

V09Request read_v09_request(const HttpRequest& request, std::string_view resource) {
    V09Request result;
    bool disconnect = false;
    util::QueryReader query(request.query_string());
    while (query.next()) {
        if (query.key() == "disconnect") disconnect = true;
        // The handshake's name for it, and the transport's.
        if (query.key() != "jsonp" && query.key() != "i") continue;
        result.jsonp = wire::v09::read_jsonp_index(query.value());
        result.bad_jsonp = !result.jsonp;
    }

    std::string_view path = request.path().substr(resource.size() + version.size());
    if (path.empty() || path == "/") {
        result.kind = V09Request::Kind::handshake;
        return result;
    }
    path.remove_prefix(1);
    const std::string_view transport = take_segment(path);
    result.sid = take_segment(path);
    if (result.sid.empty() || !path.empty()) return result;
    if (disconnect) {
        result.kind = V09Request::Kind::disconnect;
        return result;
    }
    const auto found = find_v09_transport(transport);
    result.kind = found ? V09Request::Kind::session : V09Request::Kind::unknown_transport;
    result.transport = found.value_or(V09Transport::websocket);
    return result;
}

}  // namespace sio::transport
