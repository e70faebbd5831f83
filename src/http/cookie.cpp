#include <sio/cookie.hpp>

#include <algorithm>
#include <stdexcept>

#include "http/ascii.hpp"

namespace sio {
namespace {

/// RFC 6265, 4.1.1: cookie-octet.
bool is_cookie_octet(char c) noexcept { return c > ' ' && c < '\x7f' && c != '"' && c != ',' && c != ';' && c != '\\'; }

/// RFC 6265, 4.1.1: any character but controls and `;`.
bool is_attribute_text(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f' && c != ';'; });
}

void require(bool condition, const char* what) {
    if (!condition) throw std::invalid_argument(std::string("cookie: ") + what);
}

void check(const Cookie& cookie) {
    require(http::is_token(cookie.name), "its name is not a token");
    require(std::all_of(cookie.value.begin(), cookie.value.end(), is_cookie_octet),
            "a character that a value may not hold");
    require(cookie.path.empty() || (cookie.path.front() == '/' && is_attribute_text(cookie.path)), "a malformed path");
    require(is_attribute_text(cookie.domain), "a malformed domain");
    require(cookie.same_site != SameSite::none || cookie.secure, "SameSite=None without Secure");
    require(!cookie.name.starts_with("__Secure-") || cookie.secure, "a __Secure- name without Secure");
    require(!cookie.name.starts_with("__Host-") || (cookie.secure && cookie.path == "/" && cookie.domain.empty()),
            "a __Host- name needs Secure, the path / and no domain");
}

std::string_view same_site_text(SameSite value) noexcept {
    switch (value) {
        case SameSite::none: return "None";
        case SameSite::lax: return "Lax";
        case SameSite::strict: return "Strict";
    }
    return "Lax";
}

}  // namespace

MultiDict parse_cookies(std::string_view header) {
    MultiDict cookies;
    while (!header.empty()) {
        const auto pair = http::next_element(header, ';');
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = util::trim_ows(pair.substr(0, equals));
        auto value = util::trim_ows(pair.substr(equals + 1));
        if (name.empty()) continue;
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        cookies.add(std::string(name), std::string(value));
    }
    return cookies;
}

std::string Cookie::to_string() const {
    check(*this);
    auto text = name + '=' + value;
    if (!path.empty()) text += "; Path=" + path;
    if (!domain.empty()) text += "; Domain=" + domain;
    if (max_age) {
        text += "; Max-Age=" + std::to_string(std::max<std::chrono::seconds::rep>(max_age->count(), 0));
        // For agents that know no Max-Age, deletion at least.
        if (max_age->count() <= 0) text += "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    }
    if (secure) text += "; Secure";
    if (http_only) text += "; HttpOnly";
    text.append("; SameSite=").append(same_site_text(same_site));
    return text;
}

void set_cookie(Response& response, const Cookie& cookie) { response.headers.add("Set-Cookie", cookie.to_string()); }

void delete_cookie(Response& response, std::string_view name, std::string_view path, std::string_view domain) {
    Cookie cookie{.name = std::string(name), .value = {}, .path = std::string(path), .domain = std::string(domain)};
    cookie.max_age = std::chrono::seconds(0);
    // Browsers ignore a deletion that the name's prefix would not let them store.
    cookie.secure = name.starts_with("__Secure-") || name.starts_with("__Host-");
    set_cookie(response, cookie);
}

}  // namespace sio
