#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace sio::net {

/// The `Date` header's value (RFC 9110, IMF-fixdate), put together at most once a second.
class HttpDate {
public:
    /// `Sun, 06 Nov 1994 08:49:37 GMT`. Valid until the next call.
    std::string_view at(std::time_t now) noexcept;

private:
    static constexpr std::size_t size = 29;
    std::array<char, size + 1> text_{};
    std::time_t second_ = -1;
};

}  // namespace sio::net
