#include "client/url.hpp"

#include <algorithm>
#include <charconv>

#include <sio/error.hpp>

#include "util/percent.hpp"
#include "util/printable.hpp"

namespace sio::client {

namespace {

std::uint16_t default_port(std::string_view scheme) noexcept {
    if (scheme == "http" || scheme == "ws") return 80;
    if (scheme == "https" || scheme == "wss") return 443;
    return 0;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// What would end the request line, or the field, early.
bool is_visible(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// RFC 3986, 5.2.4: `.` and `..` mean directories, not names. `path` begins with a slash.
std::string without_dot_segments(std::string_view path) {
    std::string out;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(end);
        const bool up = segment == "/..";
        if (!up && segment != "/.") {
            out += segment;
            continue;
        }
        if (up) out.erase(std::min(out.rfind('/'), out.size()));
        if (path.empty()) out += '/';
    }
    return out;
}

}  // namespace

std::string encode_location(std::string_view text) {
    std::string out;
    for (const char& c : text) {
        if (c > 0x20 && c < 0x7f) {
            out += c;
        } else {
            util::append_percent_encoded(out, {&c, 1});
        }
    }
    return out;
}

Url Url::parse(std::string_view text) {
    const auto fail = [&](const char* why) {
        return Error(errc::invalid_value, "URL \"" + util::printable(text) + "\": " + why);
    };
    if (!is_visible(text)) throw fail("characters that must be encoded");
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) throw fail("not absolute");
    Url url;
    url.scheme = lower(text.substr(0, colon));
    url.port = default_port(url.scheme);
    if (url.port == 0) throw fail("neither http, https, ws nor wss");
    text = text.substr(0, text.find('#'));
    std::string_view authority = text.substr(colon + 3);
    const std::size_t path = authority.find_first_of("/?");
    if (path != std::string_view::npos) {
        url.target = authority.substr(path);
        authority = authority.substr(0, path);
    }
    if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
    if (authority.find('@') != std::string_view::npos) throw fail("user and password belong into a header field");
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) throw fail("no address");
        url.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
        if (!port.empty() && port.front() != ':') throw fail("no address");
    } else {
        const std::size_t end = std::min(authority.find(':'), authority.size());
        url.host = lower(authority.substr(0, end));
        port = authority.substr(end);
    }
    if (url.host.empty()) throw fail("no host");
    if (port.size() > 1) {
        port.remove_prefix(1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
        if (error != std::errc() || end != port.data() + port.size() || url.port == 0) throw fail("no port");
    }
    return url;
}

std::string Url::authority() const {
    std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != default_port(scheme)) text += ':' + std::to_string(port);
    return text;
}

Url Url::resolve(std::string_view reference) const {
    if (reference.find("://") < reference.find_first_of("/?#")) return parse(reference);
    if (reference.starts_with("//")) return parse(scheme + ":" + std::string(reference));
    std::string_view base = target;
    if (reference.starts_with('/')) {
        base = {};
    } else if (reference.starts_with('?')) {
        return parse(scheme + "://" + authority() + std::string(base.substr(0, base.find('?'))) +
                     std::string(reference));
    } else if (reference.empty() || reference.starts_with('#')) {
        return *this;
    } else {
        base = base.substr(0, base.find('?'));
        base = base.substr(0, base.rfind('/') + 1);
    }
    const std::size_t end = std::min(reference.find_first_of("?#"), reference.size());
    const std::string path = without_dot_segments(std::string(base) + std::string(reference.substr(0, end)));
    return parse(scheme + "://" + authority() + path + std::string(reference.substr(end)));
}

}  // namespace sio::client
