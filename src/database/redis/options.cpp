#include <sio/redis/options.hpp>

#include <charconv>
#include <optional>

#include <sio/error.hpp>

#include "util/percent.hpp"

namespace sio::redis {

namespace {

// Takes what stands before the first `separator` off `text`; nothing, and `text` as it was, without one.
std::optional<std::string_view> before(std::string_view& text, std::string_view separator) noexcept {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + separator.size());
    return taken;
}

// Never quotes the URL, which may have a password.
[[noreturn]] void fail(const char* why) { throw sio::Error(errc::invalid_value, std::string("Redis URL: ") + why); }

std::string decoded(std::string_view text) {
    auto result = util::percent_decode(text);
    if (!result) fail("a % that encodes nothing");
    return std::move(*result);
}

template <class Number>
Number number(std::string_view text, const char* why) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) fail(why);
    return value;
}

void read_host(Options& options, std::string_view text) {
    if (text.starts_with('[')) {
        text.remove_prefix(1);
        const auto host = before(text, "]");
        if (!host || (!text.empty() && text.front() != ':')) fail("no address");
        options.host = *host;
    } else {
        const std::string_view host = text.substr(0, text.find(':'));
        text.remove_prefix(host.size());
        if (!host.empty()) options.host = decoded(host);
    }
    if (options.host.empty()) fail("no address");
    if (text.size() > 1) options.port = number<std::uint16_t>(text.substr(1), "no port");
    if (options.port == 0) fail("no port");
}

void read_query(Options& options, std::string_view query) {
    constexpr std::string_view key = "db=";
    if (!query.starts_with(key)) fail("a parameter other than db");
    options.database = number<int>(query.substr(key.size()), "no database number");
}

}  // namespace

Options::Options(std::string_view url) {
    const auto scheme = before(url, "://");
    if (scheme != "redis" && scheme != "rediss" && scheme != "unix") fail("neither redis, rediss nor unix");
    const std::size_t query = url.find('?');
    if (query != std::string_view::npos) {
        read_query(*this, url.substr(query + 1));
        url = url.substr(0, query);
    }
    std::string_view authority = url.substr(0, url.find('/'));
    const std::string_view path = url.substr(authority.size());
    if (auto credentials = before(authority, "@")) {
        if (auto name = before(*credentials, ":")) {
            user = decoded(*name);
            password = decoded(*credentials);
        } else {
            fail("a user without a password");
        }
    }
    if (scheme == "unix") {
        if (!authority.empty() || path.empty()) fail("a Unix socket has a path, not a host");
        host = "unix:" + decoded(path);
        return;
    }
    use_tls = scheme == "rediss";
    if (!authority.empty()) read_host(*this, authority);
    if (path.size() > 1) database = number<int>(path.substr(1), "no database number");
}

std::string Options::address() const {
    if (host.starts_with("unix:")) return host;
    return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(port);
}

}  // namespace sio::redis
