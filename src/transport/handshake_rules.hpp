#pragma once

#include <cstddef>
#include <optional>

#include <sio/engine_options.hpp>
#include <sio/environ.hpp>
#include <sio/response.hpp>

// What a handshake must pass, whatever the generation.

namespace sio::transport {

/// Asks EngineOptions::allow_request, if there is one. An exception out of it is logged, and refuses.
std::optional<Refusal> ask_allow_request(const EngineOptions& options, Environ& environ);

/// The answer (503) when an endpoint has as many sessions as it may, or while the server stops.
Response no_more_sessions(bool shutting_down);

}  // namespace sio::transport
