#pragma once

#include <cstdint>
#include <memory>

#include <sio/server.hpp>

#include "options.hpp"

namespace testbed {

/// The common app with sio's defaults.
std::unique_ptr<sio::SocketIOServer> common_server(const Options& options);
/// What the protocols' official suites expect, and plain WebSocket and HTTP echoes.
std::unique_ptr<sio::SocketIOServer> suite_server(const Options& options);
/// One event for each feature of the clients; on the port after the suite's.
std::unique_ptr<sio::SocketIOServer> matrix_server(const Options& options);

}  // namespace testbed
