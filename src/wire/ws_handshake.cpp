#include "wire/ws_handshake.hpp"

#include <openssl/sha.h>

#include "util/ascii.hpp"
#include "util/base64.hpp"

namespace sio::wire {
namespace {

// RFC 6455 section 1.3.
constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// Sixteen bytes in base64: 22 characters, the last of which carries two bits, and padding.
bool valid_key(std::string_view key) noexcept {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    for (const char c : key.substr(0, 22)) {
        const char lower = util::ascii_lower(c);
        if (!(lower >= 'a' && lower <= 'z') && !util::ascii_digit(c) && c != '+' && c != '/') return false;
    }
    return true;
}

}  // namespace

std::string_view error_text(WsUpgradeError error) noexcept {
    switch (error) {
        case WsUpgradeError::none: return "no error";
        case WsUpgradeError::bad_method: return "the method of a WebSocket request must be GET";
        case WsUpgradeError::bad_http_version: return "a WebSocket request needs HTTP/1.1";
        case WsUpgradeError::missing_host: return "Host missing";
        case WsUpgradeError::not_an_upgrade: return "not a WebSocket upgrade";
        case WsUpgradeError::bad_version: return "unsupported Sec-WebSocket-Version";
        case WsUpgradeError::bad_key: return "invalid Sec-WebSocket-Key";
    }
    return "unknown error";
}

WsUpgradeError check_upgrade(const WsUpgradeRequest& request) noexcept {
    if (request.method != "GET") return WsUpgradeError::bad_method;
    if (request.http_version < 11) return WsUpgradeError::bad_http_version;
    if (request.host.empty()) return WsUpgradeError::missing_host;
    if (!util::list_has_token(request.upgrade, "websocket") || !util::list_has_token(request.connection, "upgrade")) {
        return WsUpgradeError::not_an_upgrade;
    }
    if (util::trim_ows(request.sec_websocket_version) != "13") return WsUpgradeError::bad_version;
    if (!valid_key(util::trim_ows(request.sec_websocket_key))) return WsUpgradeError::bad_key;
    return WsUpgradeError::none;
}

std::string websocket_accept(std::string_view key) {
    std::string text(util::trim_ows(key));
    text += accept_guid;
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    return util::base64_encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace sio::wire
