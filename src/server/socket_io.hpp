#pragma once

#include <memory>

#include <sio/app.hpp>

#include "dispatch/hub.hpp"
#include "transport/engine_endpoint.hpp"
#include "transport/v09_endpoint.hpp"

namespace sio::server {

/// Makes a Socket.IO socket of a new session and runs the app for it, in the greenlet that this is called in. The
/// handshake is accepted when the app binds the socket; if it never does, what it returns answers the client.
Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::Handshake>& handshake, Environ environ);

/// The same for a 0.9 client.
Response begin_socket_io(const App& app, const std::shared_ptr<dispatch::Hub>& hub,
                         const std::shared_ptr<transport::V09Handshake>& handshake, Environ environ);

}  // namespace sio::server
