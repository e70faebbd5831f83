// What a Socket.IO client says first, and what it is told: by the client of 2012 and by today's.

#include <sio/sio.hpp>

#include <sio/gevent.hpp>

#include <algorithm>
#include <iostream>

int main() {
    sio::SocketIOServer server({"127.0.0.1", 0},
                               [](sio::Environ& environ) { return sio::socketio_manage(environ, sio::Namespaces()); });
    server.start();
    sio::run([&] {
        const std::string url = "http://127.0.0.1:" + std::to_string(server.port()) + "/socket.io/";
        // 0.9: session id, seconds between heartbeats, seconds until a close counts, transports.
        const std::string old = sio::fetch(url + "1/").body;
        std::cout << "0.9: <sid>" << old.substr(old.find(':'), old.rfind(':') - old.find(':')) << ":...\n";
        // Engine.IO 4: a packet of type 0 with JSON.
        const std::string now = sio::fetch(url + "?EIO=4&transport=polling").body;
        std::cout << "4: " << now.substr(0, now.find(':')) << ":<sid>" << now.substr(now.find(",\"upgrades")) << '\n';
    });
    server.stop();
}
