#pragma once

#include <sio/http_request.hpp>

#include "transport/engine_request.hpp"
#include "transport/poll_form.hpp"

// Clients of socket.io 1.x encode the text of packets to UTF-8, and their platform encodes that to UTF-8 once more, in some
// transports and not in others; see docs/protocol/engine.io-3.md. Which these are is told by the request: what a text looks like is
// no sign, since a text may mean to say just that.

namespace sio::transport {

/// Whether all text of this client is encoded twice over WebSocket, both ways: builds of 1.0.
bool websocket_encodes_twice(const HttpRequest& request, const EngineRequest& engine);

/// Whether this client may encode the text of its POSTs twice, and then expects the same of answers in text framing: one of 1.x, or of
/// 2.x, that runs in Node or in a browser. Nothing in their requests tells the two apart.
bool posts_may_be_encoded_twice(const HttpRequest& request, const PollForm& form);

}  // namespace sio::transport
