#pragma once

#include <cstddef>

namespace sio {

/// HTTP compression: what is worth it.
struct HttpCompression {
    /// Bodies below this size are sent as they are, in bytes.
    std::size_t threshold = 1024;
    /// Bodies above it too: they would hold up the server for too long.
    std::size_t max_bytes = 4 * 1024 * 1024;
    /// 1 (fast) to 9 (small).
    int level = 1;
};

}  // namespace sio
