#include "transport/text_encoding.hpp"

#include <string_view>

namespace sio::transport {

bool websocket_encodes_twice(const HttpRequest& request, const EngineRequest& engine) {
    if (engine.oldest_eio3) return true;
    // The WebSocket library of 1.0 in Node writes an origin without a scheme.
    const std::string_view origin = request.headers.get("Origin");
    return !origin.empty() && origin != "null" && origin.find("://") == origin.npos;
}

bool posts_may_be_encoded_twice(const HttpRequest& request, const PollForm& form) {
    if (!form.jsonp_index.empty()) return true;  // only pages have scripts
    const std::string_view agent = request.headers.get("User-Agent");
    return agent == "node-XMLHttpRequest" || agent.starts_with("Mozilla/") || agent.starts_with("Opera/");
}

}  // namespace sio::transport
