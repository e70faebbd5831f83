#pragma once

#include <functional>
#include <memory>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <sio/exchange.hpp>

namespace sio::net {

class HttpConnection;
class Shard;

/// A request of an HttpConnection that waits for its answer.
class HttpExchange final : public Exchange {
public:
    HttpExchange(HttpConnection& connection, HttpRequest&& request);
    ~HttpExchange() override;

    HttpRequest& request() noexcept override { return request_; }
    void respond(Response response) override;
    std::unique_ptr<ByteLink> upgrade(Response response) override;
    std::unique_ptr<ByteLink> stream(Response response) override;
    /// When the client has left already, `callback` is called on a later turn.
    void on_abandoned(std::function<void()> callback) override;

    /// Hands request and connection over to another shard of the server, whose handler gets them. This exchange is spent.
    /// On this shard's thread; the other is reached through its loop, and must not end before it.
    void move_to(Shard& other);

    /// From the connection: the client has left.
    void abandoned();

private:
    boost::intrusive_ptr<HttpConnection> connection_;
    HttpRequest request_;
    std::function<void()> on_abandoned_;
    bool spent_ = false;
};

}  // namespace sio::net
