#pragma once

#include <functional>
#include <memory>

#include <sio/engine_socket.hpp>
#include <sio/environ.hpp>

#include "transport/engine_endpoint.hpp"

namespace sio::server {

/// Accepts a session and runs `handler` with it, in the greenlet that this is called in; see
/// SocketIOServer::engine_io().
Response run_engine_handler(const std::function<void(EngineSocket&)>& handler,
                            const std::shared_ptr<transport::Handshake>& handshake, Environ environ);

}  // namespace sio::server
