// sio mounted in a Beast server written with asio::spawn and yield, on several threads.
//
//     mount_yield PORT

#include <cstdlib>
#include <exception>
#include <iostream>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/beast.hpp>

#include <sio/beast.hpp>

#include "../common/echo_namespace.hpp"
#include "../common/page.hpp"
#include "../common/stop_in_order.hpp"

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

void serve(beast::tcp_stream stream, sio::SocketIOServer& sio, asio::yield_context yield) {
    beast::flat_buffer buffer;
    for (bool keep_alive = true; keep_alive;) {
        boost::system::error_code error;
        http::request<http::string_body> request;
        http::async_read(stream, buffer, request, yield[error]);
        if (error) return;
        if (sio.owns(request.target())) {
            keep_alive = sio::beast::async_serve(sio, stream, std::move(request), buffer, yield);
        } else {
            auto response = host_page(request);
            keep_alive = response.keep_alive();
            http::async_write(stream, response, yield[error]);
            if (error) return;
        }
    }
}

void accept(tcp::acceptor& acceptor, sio::SocketIOServer& sio, asio::yield_context yield) {
    for (;;) {
        // Each connection on a strand of its own, since the host has two threads.
        tcp::socket socket(asio::make_strand(acceptor.get_executor()));
        boost::system::error_code error;
        acceptor.async_accept(socket, yield[error]);
        if (error) return;
        const auto strand = socket.get_executor();
        asio::spawn(
            strand,
            [stream = beast::tcp_stream(std::move(socket)), &sio](asio::yield_context connection) mutable {
                serve(std::move(stream), sio, connection);
            },
            [](std::exception_ptr) {});
    }
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
    asio::spawn(
        io, [&](asio::yield_context yield) { accept(acceptor, sio, yield); }, [](std::exception_ptr) {});

    asio::signal_set signals(io, SIGINT, SIGTERM);
    std::thread stopping;
    signals.async_wait([&](auto, int) { stopping = stop_in_order(sio, io); });
    std::thread second([&] { io.run(); });
    io.run();
    second.join();
    stopping.join();
}
