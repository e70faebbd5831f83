#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace sio::net {

/// The value of the `Date` header, put together at most once a second.
class HttpDate {
public:
    /// `Sun, 06 Nov 1994 08:49:37 GMT`. Valid until the next call.
    std::string_view at(std::time_t now);

private:
    std::string text_;
    std::time_t second_ = -1;
};

}  // namespace sio::net
