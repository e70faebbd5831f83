#pragma once

#include <string_view>

namespace sio::net {

/// What is wrong with a request, and the status that says so to the client. Status 0: nothing.
struct RequestFault {
    int status = 0;
    /// A few words for the body of the answer; static storage.
    std::string_view reason;

    explicit operator bool() const noexcept { return status != 0; }
};

}  // namespace sio::net
