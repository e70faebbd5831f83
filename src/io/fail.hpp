#pragma once

#include <string>
#include <system_error>

namespace sio::io {

/// Throws what the system says of `call`; `error` is errno's value.
[[noreturn]] inline void fail(int error, const std::string& call) {
    throw std::system_error(error, std::generic_category(), call);
}

}  // namespace sio::io
