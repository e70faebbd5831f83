#include "http/uri.hpp"

#include "util/percent.hpp"

namespace sio::http {

std::string encode_path(std::string_view path) {
    constexpr std::string_view allowed = "/:@!$&'()*+,;=";
    std::string out;
    out.reserve(path.size() + 8);
    for (const char& c : path) {
        if (allowed.find(c) != std::string_view::npos) {
            out += c;
        } else {
            util::append_percent_encoded(out, std::string_view(&c, 1));
        }
    }
    return out;
}

bool is_local_path(std::string_view path) noexcept {
    return path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
}

}  // namespace sio::http
