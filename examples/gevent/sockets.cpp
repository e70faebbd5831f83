// A server that greets whoever connects, at most a hundred at a time, and its client.

#include <sio/gevent.hpp>

#include <iostream>

namespace {

void handle(sio::StreamSocket& socket, const sio::Address&) { socket.sendall("hello"); }

}  // namespace

int main() {
    sio::run([] {
        sio::Pool pool(100);
        sio::StreamServer server({"127.0.0.1", 0}, handle, pool);
        server.start();
        auto client = sio::create_connection({"127.0.0.1", server.port()});
        std::cout << client.recv() << '\n';
    });
}
