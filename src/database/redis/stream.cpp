#include "database/redis/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include <sio/asio.hpp>
#include <sio/error.hpp>

#include "client/stream.hpp"
#include "client/url.hpp"

namespace sio::redis {

namespace {

namespace asio = boost::asio;
using Unix = asio::basic_stream_socket<asio::local::stream_protocol, greenlet::Loop::Executor>;

[[noreturn]] void fail(const boost::system::error_code& error, const std::string& address) {
    if (error == asio::error::operation_aborted) throw sio::Error(errc::connection_closed, "Redis: closed");
    client::fail(error, "Redis at " + address);
}

template <class Transport>
class StreamOver final : public Stream {
public:
    StreamOver(Transport transport, std::string address)
        : transport_(std::move(transport)), address_(std::move(address)) {}

    std::size_t read_some(char* data, std::size_t bytes) override {
        boost::system::error_code error;
        const std::size_t got = transport_.async_read_some(asio::buffer(data, bytes), yield[error]);
        if (error) fail(error, address_);
        return got;
    }
    void write(std::string_view data) override {
        boost::system::error_code error;
        asio::async_write(transport_, asio::buffer(data), yield[error]);
        if (error) fail(error, address_);
    }
    void close() noexcept override {
        boost::system::error_code ignored;
        transport_.lowest_layer().close(ignored);
    }

private:
    Transport transport_;
    const std::string address_;
};

template <class Transport>
std::unique_ptr<Stream> make(Transport transport, const Options& options) {
    return std::make_unique<StreamOver<Transport>>(std::move(transport), options.address());
}

std::unique_ptr<Stream> connect_unix(const Options& options, std::string_view path) {
    Unix socket(asio_context());
    boost::system::error_code error;
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
        throw sio::Error(errc::invalid_value, "Redis: the path of a Unix socket is too long: " + std::string(path));
    }
    socket.async_connect(asio::local::stream_protocol::endpoint(path), yield[error]);
    if (error) fail(error, options.address());
    return make(std::move(socket), options);
}

}  // namespace

std::unique_ptr<Stream> Stream::connect(const Options& options) {
    constexpr std::string_view unix_prefix = "unix:";
    if (options.host.starts_with(unix_prefix)) {
        return connect_unix(options, std::string_view(options.host).substr(unix_prefix.size()));
    }
    client::Url url;
    url.scheme = options.use_tls ? "rediss" : "redis";
    url.host = options.host;
    url.port = options.port;
    client::Tcp socket = client::connect(url);
    // A server that vanished without a word is noticed in the end.
    socket.set_option(asio::socket_base::keep_alive(true));
    if (!options.use_tls) return make(std::move(socket), options);
    auto context = client::make_tls_context(options.tls);  // the stream keeps what it needs of it
    return make(client::secure(std::move(socket), context, url, options.tls), options);
}

}  // namespace sio::redis
