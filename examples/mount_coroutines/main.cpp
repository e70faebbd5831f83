// sio mounted in a Beast server written with C++20 coroutines, over TLS: the host's port, certificate and router.
//
//     mount_coroutines PORT CERTIFICATE.pem KEY.pem

#include <cstdlib>
#include <iostream>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast.hpp>
#include <boost/beast/ssl.hpp>

#include <sio/beast.hpp>

#include "../common/echo_namespace.hpp"
#include "../common/page.hpp"
#include "../common/stop_in_order.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::use_awaitable;
using tcp = asio::ip::tcp;

asio::awaitable<void> serve(beast::ssl_stream<beast::tcp_stream> stream, sio::SocketIOServer& sio) {
    co_await stream.async_handshake(ssl::stream_base::server, use_awaitable);
    beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
        http::request<http::string_body> request;
        co_await http::async_read(stream, buffer, request, use_awaitable);
        if (sio.owns(request.target())) {
            keep_alive = co_await sio::beast::async_serve(sio, stream, std::move(request), buffer, use_awaitable);
        } else {
            auto response = host_page(request);
            keep_alive = response.keep_alive();
            co_await http::async_write(stream, response, use_awaitable);
        }
    }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, ssl::context& tls, sio::SocketIOServer& sio) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        beast::ssl_stream<beast::tcp_stream> stream(std::move(socket), tls);
        // A client that goes away ends its coroutine with an exception, which is nobody's concern.
        asio::co_spawn(acceptor.get_executor(), serve(std::move(stream), sio), [](std::exception_ptr) {});
    }
}

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "usage: mount_coroutines PORT CERTIFICATE.pem KEY.pem\n";
        return 2;
    }
    sio::Namespaces namespaces;
    namespaces.add<EchoNamespace>("/");
    sio::SocketIOServer sio(namespaces);
    sio.start();

    ssl::context tls(ssl::context::tls_server);
    tls.use_certificate_chain_file(argv[2]);
    tls.use_private_key_file(argv[3], ssl::context::pem);

    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(std::atoi(argv[1]))});
    std::cout << "listening on https://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    asio::co_spawn(io, accept(acceptor, tls, sio), asio::detached);

    asio::signal_set signals(io, SIGINT, SIGTERM);
    std::thread stopping;
    signals.async_wait([&](auto, int) { stopping = stop_in_order(sio, io); });
    io.run();
    stopping.join();
}
