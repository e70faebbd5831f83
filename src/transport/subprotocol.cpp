#include "transport/subprotocol.hpp"

#include <algorithm>
#include <string_view>

#include "util/ascii.hpp"

namespace sio::transport {

namespace {

constexpr std::string_view field = "Sec-WebSocket-Protocol";

/// What RFC 9110 section 5.6.2 calls a token.
bool is_token(std::string_view text) noexcept {
    static constexpr util::AlnumAnd token_characters("!#$%&'*+-.^_`|~");
    return !text.empty() && std::ranges::all_of(text, [](char c) { return token_characters.contains(c); });
}

}  // namespace

std::string choose_subprotocol(const std::vector<std::string>& spoken, const Headers& headers) {
    const std::string offered = headers.combined(field);
    const auto found = std::ranges::find_if(
        spoken, [&](const std::string& protocol) { return util::list_has_token(offered, protocol); });
    return found == spoken.end() ? std::string() : *found;
}

std::string choose_subprotocol(const EngineOptions& options, const Headers& headers) {
    if (!options.websocket_subprotocols.empty()) return choose_subprotocol(options.websocket_subprotocols, headers);
    const std::string offered = headers.combined(field);
    const std::string_view first = util::trim_ows(std::string_view(offered).substr(0, offered.find(',')));
    return is_token(first) ? std::string(first) : std::string();
}

}  // namespace sio::transport
