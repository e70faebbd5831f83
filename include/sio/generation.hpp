#pragma once

#include <cstdint>

namespace sio {

/// The generations of the protocol, by the names that the code uses for them everywhere.
enum class Generation : std::uint8_t {
    v09,   ///< Socket.IO 0.7 to 0.9: no Engine.IO beneath
    eio3,  ///< Socket.IO 1.x and 2.x on Engine.IO 3
    eio4,  ///< Socket.IO 3.x and 4.x on Engine.IO 4
};

}  // namespace sio
