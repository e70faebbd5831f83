#include "net/request_rules.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "util/ascii.hpp"

namespace sio::net {

namespace {

/// Of a registered name or an IPv4 address (RFC 3986, 3.2.2), `%` of escapes included.
constexpr util::AlnumAnd host_chars("-._~!$&'()*+,;=%");

RequestFault check_framing(const HttpRequest& request) {
    const auto& headers = request.headers;
    const auto codings = headers.count("Transfer-Encoding");
    const auto lengths = headers.count("Content-Length");
    // Any other coding, or order, is where two servers may disagree on where the request ends (request smuggling).
    if (codings > 1) return {400, "more than one Transfer-Encoding field"};
    if (codings == 1) {
        if (lengths != 0) return {400, "both Transfer-Encoding and Content-Length"};
        if (request.version < 11) return {400, "Transfer-Encoding in HTTP/1.0"};
        if (!util::ascii_iequals(headers.get("Transfer-Encoding"), "chunked")) {
            return {501, "a Transfer-Encoding other than chunked"};
        }
    }
    if (lengths > 1) return {400, "more than one Content-Length field"};
    if (lengths == 1) {
        const auto length = headers.get("Content-Length");
        if (length.empty() || !std::all_of(length.begin(), length.end(), util::ascii_digit))
            return {400, "bad Content-Length"};
    }
    return {};
}

RequestFault check_target(HttpRequest& request) {
    auto& target = request.target;
    if (request.method == "CONNECT") return {501, "CONNECT is not supported"};
    for (const char c : target) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#') return {400, "bad request target"};
    }
    if (target.starts_with('/')) return {};
    if (target == "*" && request.method == "OPTIONS") return {};
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string::npos) return {400, "bad request target"};
    const auto scheme = std::string_view(target).substr(0, scheme_end);
    if (!util::ascii_iequals(scheme, "http") && !util::ascii_iequals(scheme, "https")) {
        return {400, "bad request target"};
    }
    const auto authority_begin = scheme_end + 3;
    const auto path_begin = std::min(target.find_first_of("/?", authority_begin), target.size());
    const auto authority = target.substr(authority_begin, path_begin - authority_begin);
    if (authority.empty() || !is_valid_host(authority)) return {400, "bad request target"};
    request.headers.set("Host", authority);
    auto origin = target.substr(path_begin);
    if (!origin.starts_with('/')) origin.insert(0, 1, '/');
    target = std::move(origin);
    return {};
}

}  // namespace

bool is_valid_host(std::string_view host) noexcept {
    if (host.starts_with('[')) {
        const auto close = host.find(']');
        if (close == std::string_view::npos || close < 3) return false;
        const auto inside = host.substr(1, close - 1);
        if (!std::all_of(inside.begin(), inside.end(),
                         [](char c) { return util::hex_value(c) >= 0 || c == ':' || c == '.'; }))
            return false;
        host.remove_prefix(close + 1);
        if (host.empty()) return true;
        if (host.front() != ':') return false;
    } else {
        const auto colon = host.find(':');
        const auto name = host.substr(0, colon);
        if (!std::all_of(name.begin(), name.end(), [](char c) { return host_chars.contains(c); })) return false;
        if (colon == std::string_view::npos) return true;
        host.remove_prefix(colon);
    }
    host.remove_prefix(1);
    return host.size() <= 5 && std::all_of(host.begin(), host.end(), util::ascii_digit);
}

RequestFault check_beginning(std::string_view bytes) noexcept {
    constexpr std::size_t longest_method = 32;
    constexpr RequestFault no_request{400, "not an HTTP request"};
    const auto method = std::find_if_not(bytes.begin(), bytes.end(), http::is_token_char);
    const auto size = static_cast<std::size_t>(method - bytes.begin());
    if (size > longest_method) return no_request;
    if (method == bytes.end()) return {};
    if (size == 0 || *method != ' ') return no_request;
    const auto target = std::find_if(method + 1, bytes.end(),
                                     [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
    if (target == bytes.end()) return {};
    if (target == method + 1 || *target != ' ') return no_request;
    constexpr std::string_view version = "HTTP/";
    const auto rest = bytes.substr(static_cast<std::size_t>(target + 1 - bytes.begin()), version.size());
    if (!version.starts_with(rest)) return {505, "HTTP version not supported"};
    return {};
}

RequestFault apply_rules(HttpRequest& request) {
    if (const auto fault = check_framing(request)) return fault;
    const auto hosts = request.headers.count("Host");
    if (hosts > 1) return {400, "more than one Host field"};
    if (hosts == 0 && request.version >= 11) return {400, "no Host field"};
    if (!is_valid_host(request.headers.get("Host"))) return {400, "bad Host field"};
    return check_target(request);
}

}  // namespace sio::net
