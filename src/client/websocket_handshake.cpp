#include "client/websocket_handshake.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <system_error>

#include <sio/error.hpp>

#include "client/request_text.hpp"
#include "http/ascii.hpp"
#include "util/ascii.hpp"
#include "util/base64.hpp"
#include "util/printable.hpp"
#include "util/secure_id.hpp"
#include "wire/ws_handshake.hpp"

namespace sio::client {

namespace {

std::string make_key() {
    std::array<std::byte, 16> nonce;
    util::fill_random(nonce);
    return util::base64_encode({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
}

std::string joined(const std::vector<std::string>& subprotocols) {
    std::string list;
    for (const std::string& each : subprotocols) {
        if (!http::is_token(each)) {
            throw Error(errc::invalid_value, "WebSocketClient: not a subprotocol: " + util::printable(each));
        }
        if (!list.empty()) list += ", ";
        list += each;
    }
    return list;
}

}  // namespace

WebSocketHandshake::WebSocketHandshake(const Url& url, const WebSocketClientOptions& options)
    : name_(url.text()), key_(make_key()), offered_(options.subprotocols) {
    Headers fields = with_given({{"Host", url.authority()}}, options.headers);
    fields.set("Upgrade", "websocket");
    fields.set("Connection", "Upgrade");
    fields.set("Sec-WebSocket-Key", key_);
    fields.set("Sec-WebSocket-Version", "13");
    // Of the caller's own fields no offer is made that nobody here would know of.
    fields.erase("Sec-WebSocket-Extensions");
    fields.erase("Sec-WebSocket-Protocol");
    if (!offered_.empty()) fields.set("Sec-WebSocket-Protocol", joined(offered_));
    request_ = request_text("GET", url.target, fields);
}

std::string WebSocketHandshake::check(const FetchResponse& response) const {
    const auto refuse = [this](const std::string& why) {
        throw std::system_error(std::make_error_code(std::errc::protocol_error),
                                "WebSocket handshake with " + name_ + ": " + why);
    };
    const Headers& fields = response.headers;
    if (response.status != 101) refuse("the server answered with status " + std::to_string(response.status));
    if (!util::list_has_token(fields.combined("Upgrade"), "websocket") ||
        !util::list_has_token(fields.combined("Connection"), "upgrade")) {
        refuse("the server switched to another protocol");
    }
    if (util::trim_ows(fields.get("Sec-WebSocket-Accept")) != wire::websocket_accept(key_)) {
        refuse("Sec-WebSocket-Accept does not answer the key");
    }
    // All fields of the name: the first may be empty.
    for (const auto& [name, value] : fields) {
        if (util::ascii_iequals(name, "Sec-WebSocket-Extensions") && !util::trim_ows(value).empty()) {
            refuse("the server uses an extension that was not offered");
        }
    }
    if (fields.count("Sec-WebSocket-Protocol") > 1) refuse("the server chose several subprotocols");
    if (fields.count("Sec-WebSocket-Accept") > 1) refuse("the server answered the key more than once");
    std::string agreed(util::trim_ows(fields.get("Sec-WebSocket-Protocol")));
    if (fields.contains("Sec-WebSocket-Protocol") &&
        std::find(offered_.begin(), offered_.end(), agreed) == offered_.end()) {
        refuse("the server chose a subprotocol that was not offered: " + util::printable(agreed));
    }
    return agreed;
}

}  // namespace sio::client
