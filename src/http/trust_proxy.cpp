#include <sio/trust_proxy.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>

#include "http/ascii.hpp"

namespace sio {
namespace {

/// The entry that the outermost trusted proxy has added; empty when there are fewer.
std::string trusted_entry(const Environ& environ, std::string_view field, std::size_t proxies) {
    const auto list = environ.headers().combined(field);
    std::string_view rest(list);
    std::vector<std::string_view> entries;
    while (!rest.empty()) entries.push_back(http::next_element(rest));
    return entries.size() < proxies ? std::string() : std::string(entries[entries.size() - proxies]);
}

bool is_address(const std::string& text) {
    unsigned char buffer[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, text.c_str(), buffer) == 1 || ::inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

bool is_host(std::string_view text) {
    constexpr std::string_view others = "-.:[]_";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        const char lower = util::ascii_lower(c);
        return (lower >= 'a' && lower <= 'z') || util::ascii_digit(c) || others.find(c) != others.npos;
    });
}

}  // namespace

Middleware trust_proxy(int proxies) {
    if (proxies < 1) throw std::invalid_argument("trust_proxy: at least one proxy");
    return [count = static_cast<std::size_t>(proxies)](App next) -> App {
        return [count, next = std::move(next)](Environ& environ) {
            if (auto address = trusted_entry(environ, "X-Forwarded-For", count); is_address(address)) {
                environ.set_remote_address(std::move(address));
            }
            const auto scheme = http::lowered(trusted_entry(environ, "X-Forwarded-Proto", count));
            if (scheme == "http" || scheme == "https") environ.set_scheme(scheme);
            if (const auto host = trusted_entry(environ, "X-Forwarded-Host", count); is_host(host))
                environ.set_host(host);
            return next(environ);
        };
    };
}

}  // namespace sio
