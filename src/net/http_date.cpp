#include "net/http_date.hpp"

#include <chrono>

#include "http/http_date.hpp"

namespace sio::net {

std::string_view HttpDate::at(std::time_t now) {
    if (now != second_) {
        text_ = http::format_http_date(std::chrono::sys_seconds(std::chrono::seconds(now)));
        second_ = now;
    }
    return text_;
}

}  // namespace sio::net
