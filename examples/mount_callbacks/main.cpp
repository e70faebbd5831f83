// sio mounted in a Beast server written with callbacks, one TCP port for both, HTTP and optionally TLS.
//
//     mount_callbacks PORT

#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast.hpp>

#include <sio/beast.hpp>

#include "../common/echo_namespace.hpp"
#include "../common/page.hpp"
#include "../common/stop_in_order.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

/// One connection of the host.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(beast::tcp_stream stream, beast::flat_buffer buffer, sio::SocketIOServer& sio)
        : stream_(std::move(stream)), buffer_(std::move(buffer)), sio_(sio) {}

    void read() {
        request_ = {};
        stream_.expires_after(std::chrono::seconds(30));
        http::async_read(stream_, buffer_, request_, [self = shared_from_this()](auto error, std::size_t) {
            if (!error) self->answer();
        });
    }

private:
    void answer() {
        if (sio_.owns(request_.target())) {
            return sio::beast::serve(sio_, std::move(stream_), std::move(request_), std::move(buffer_),
                                     [&sio = sio_](beast::tcp_stream stream, beast::flat_buffer buffer) {
                                         std::make_shared<Session>(std::move(stream), std::move(buffer), sio)->read();
                                     });
        }
        response_ = host_page(request_);
        http::async_write(stream_, response_, [self = shared_from_this()](auto error, std::size_t) {
            if (!error && self->response_.keep_alive()) self->read();
        });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    sio::SocketIOServer& sio_;
    http::request<http::string_body> request_;
    http::response<http::string_body> response_;
};

void accept(tcp::acceptor& acceptor, sio::SocketIOServer& sio) {
    acceptor.async_accept([&](auto error, tcp::socket socket) {
        if (error) return;
        std::make_shared<Session>(beast::tcp_stream(std::move(socket)), beast::flat_buffer(), sio)->read();
        accept(acceptor, sio);
    });
}

int main(int, char** argv) {
    sio::Namespaces namespaces;
    namespaces.add<EchoNamespace>("/");
    sio::SocketIOServer sio(namespaces);
    sio.start();

    asio::io_context io;
    const auto port = static_cast<std::uint16_t>(argv[1] ? std::atoi(argv[1]) : 0);
    tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), port});
    std::cout << "listening on http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    accept(acceptor, sio);

    asio::signal_set signals(io, SIGINT, SIGTERM);
    std::thread stopping;
    signals.async_wait([&](auto, int) { stopping = stop_in_order(sio, io); });
    io.run();
    stopping.join();
}
