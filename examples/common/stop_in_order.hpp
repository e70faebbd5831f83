#pragma once

#include <thread>

#include <boost/asio.hpp>

#include <sio/server.hpp>

/// Stops sio while the host's loop still turns, since that is what carries sio's last words to the clients; then the host.
/// Returns the thread that does so: sio.stop() waits for the clients, and must not wait on the host's loop.
inline std::thread stop_in_order(sio::SocketIOServer& sio, boost::asio::io_context& host) {
    return std::thread([&sio, &host] {
        sio.stop();
        host.stop();
    });
}
