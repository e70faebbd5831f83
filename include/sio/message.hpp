#pragma once

#include <string>

namespace sio {

/// One message of a WebSocket or of an Engine.IO session.
struct Message {
    /// Text is valid UTF-8.
    std::string data;
    bool binary = false;
};

}  // namespace sio
