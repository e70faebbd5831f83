#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <sio/byte_link.hpp>
#include <sio/http_request.hpp>
#include <sio/response.hpp>

namespace sio {

/// One HTTP request that waits for its answer, handed to sio by whichever HTTP server read it.
///
/// sio's own server implements it, sio/beast.hpp does for Beast, and any other HTTP server can: that is all it takes to
/// serve Socket.IO under that server's port, TLS and router.
///
/// Exactly one of respond(), upgrade() and stream() is called, at once or later (a long-polling request waits up to the ping
/// interval). Destroying an exchange unanswered means that there will be no answer: the connection is to be closed.
/// Threads: sio makes every call on the thread of the shard that it was given to (SocketIOServer::handle()).
class Exchange {
public:
    virtual ~Exchange() = default;

    /// The request; valid as long as the exchange.
    virtual HttpRequest& request() noexcept = 0;

    /// Answers the request. The exchange is then spent, and may be destroyed.
    virtual void respond(Response response) = 0;

    /// Answers with `response` (status 101 and its headers) and hands over the connection behind it, with any bytes that
    /// arrived after the request. Null when the connection cannot be upgraded; the exchange can then still respond.
    virtual std::unique_ptr<ByteLink> upgrade(Response response) = 0;

    /// Answers with the head of `response` and hands over the connection behind it: what is written there is the body, which
    /// ends with the connection. To a client of HTTP/1.1 the head says `Transfer-Encoding: chunked`, and the caller writes
    /// the chunks. What the client sends means nothing any more. Null when the server has no such answers (the default);
    /// the exchange can then still respond.
    virtual std::unique_ptr<ByteLink> stream(Response response);

    /// `callback` is called, at most once, when the client goes away before it was answered. Replaces an earlier one.
    virtual void on_abandoned(std::function<void()> callback) = 0;
};

inline std::unique_ptr<ByteLink> Exchange::stream(Response response) {
    [[maybe_unused]] const Response dropped = std::move(response);
    return nullptr;
}

using ExchangePtr = std::unique_ptr<Exchange>;

}  // namespace sio
