#include "transport/origin.hpp"

#include <algorithm>
#include <array>

#include "util/ascii.hpp"

namespace sio::transport {

namespace {

constexpr std::string_view http_port = "80";
constexpr std::string_view https_port = "443";

std::optional<Origin::Scheme> find_scheme(std::string_view name) noexcept {
    struct Known {
        std::string_view name;
        Origin::Scheme scheme;
    };
    static constexpr std::array<Known, 4> known = {{{"http", Origin::Scheme::http},
                                                    {"https", Origin::Scheme::https},
                                                    {"ws", Origin::Scheme::http},
                                                    {"wss", Origin::Scheme::https}}};
    for (const auto& each : known) {
        if (util::ascii_iequals(each.name, name)) return each.scheme;
    }
    return {};
}

/// `host[:port]`; an IPv6 address is in brackets.
std::optional<Origin> read_authority(std::string_view text) noexcept {
    Origin origin;
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == text.npos) return {};
    const std::size_t colon = std::min(text.find(':', bracket), text.size());
    origin.host = text.substr(0, colon);
    origin.port = text.substr(std::min(colon + 1, text.size()));
    if (origin.host.empty() || origin.host.find('@') != text.npos) return {};
    if (!std::ranges::all_of(origin.port, util::ascii_digit)) return {};
    return origin;
}

bool same_place(const Origin& a, const Origin& b, std::string_view default_port) noexcept {
    return util::ascii_iequals(a.host, b.host) &&
           (a.port.empty() ? default_port : a.port) == (b.port.empty() ? default_port : b.port);
}

}  // namespace

std::optional<Origin> read_origin(std::string_view text) noexcept {
    Origin::Scheme scheme = Origin::Scheme::none;
    if (const std::size_t mark = text.find("://"); mark != text.npos) {
        const auto found = find_scheme(text.substr(0, mark));
        if (!found) return {};
        scheme = *found;
        text.remove_prefix(mark + 3);
    } else if (text == "null") {
        return {};  // a page that is to have no origin
    }
    auto origin = read_authority(text.substr(0, text.find('/')));
    if (origin) origin->scheme = scheme;
    return origin;
}

bool same_origin(const Origin& a, const Origin& b) noexcept {
    return a.scheme == b.scheme && same_place(a, b, a.scheme == Origin::Scheme::https ? https_port : http_port);
}

bool is_origin_of(const Origin& origin, std::string_view host) noexcept {
    const auto server = read_authority(host);
    if (!server) return false;
    if (origin.scheme != Origin::Scheme::https && same_place(origin, *server, http_port)) return true;
    return origin.scheme != Origin::Scheme::http && same_place(origin, *server, https_port);
}

}  // namespace sio::transport
