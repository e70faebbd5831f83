#include "transport/websocket_accept.hpp"

#include "util/ascii.hpp"
#include "util/saturate_cast.hpp"
#include "wire/ws_handshake.hpp"

namespace sio::transport {

namespace {

using wire::WsUpgradeError;

Response refuse(WsUpgradeError error) {
    const bool needs_upgrade = error == WsUpgradeError::not_an_upgrade || error == WsUpgradeError::bad_version;
    Response response(needs_upgrade ? 426 : 400, std::string(wire::error_text(error)));
    if (needs_upgrade) {
        response.headers.set("Upgrade", "websocket");
        response.headers.set("Sec-WebSocket-Version", "13");
    }
    return response;
}

}  // namespace

bool wants_websocket(const HttpRequest& request) {
    return util::list_has_token(request.headers.combined("Upgrade"), "websocket") &&
           util::list_has_token(request.headers.combined("Connection"), "upgrade");
}

WebSocketConnection::OptionsPtr websocket_options(const EngineOptions& options) {
    auto websocket = std::make_shared<WebSocketConnection::Options>();
    websocket->parser.max_message_bytes = options.max_payload_bytes;
    websocket->parser.max_fragments = util::saturate_cast<std::uint32_t>(options.max_fragments);
    websocket->close_timeout = options.close_timeout;
    websocket->compression = options.websocket_compression;
    return websocket;
}

WebSocketConnectionPtr accept_websocket(greenlet::Loop& loop, Exchange& exchange, const HttpRequest& request,
                                        WebSocketConnection::OptionsPtr options, std::string_view subprotocol) {
    const std::string_view key = request.headers.get("Sec-WebSocket-Key");
    const std::string protocols = request.headers.combined("Upgrade");
    const std::string connection_options = request.headers.combined("Connection");
    const wire::WsUpgradeRequest upgrade{
        .method = request.method,
        .http_version = static_cast<unsigned>(request.version),
        .host = request.headers.get("Host"),
        .upgrade = protocols,
        .connection = connection_options,
        .sec_websocket_key = key,
        .sec_websocket_version = request.headers.get("Sec-WebSocket-Version"),
    };
    auto error = wire::check_upgrade(upgrade);
    if (error == WsUpgradeError::none && request.headers.count("Sec-WebSocket-Key") > 1)
        error = WsUpgradeError::bad_key;
    if (error != WsUpgradeError::none) {
        exchange.respond(refuse(error));
        return nullptr;
    }

    Response response;
    response.status = 101;
    response.headers.set("Upgrade", "websocket");
    response.headers.set("Connection", "Upgrade");
    response.headers.set("Sec-WebSocket-Accept", wire::websocket_accept(key));
    if (!subprotocol.empty()) response.headers.set("Sec-WebSocket-Protocol", subprotocol);
    std::unique_ptr<WebSocketDeflate> deflate;
    if (options->compression) {
        const auto offers = request.headers.combined("Sec-WebSocket-Extensions");
        if (const auto params = wire::accept_deflate_offer(offers)) {
            deflate = std::make_unique<WebSocketDeflate>(*params, *options->compression, options->parser);
            response.headers.set("Sec-WebSocket-Extensions", wire::describe_deflate(*params));
        }
    }
    auto link = exchange.upgrade(std::move(response));
    if (!link) {
        exchange.respond(Response(501, "This connection cannot be upgraded."));
        return nullptr;
    }
    return WebSocketConnectionPtr(
        new WebSocketConnection(loop, std::move(link), std::move(options), std::move(deflate)));
}

}  // namespace sio::transport
