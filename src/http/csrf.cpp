#include <sio/csrf.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <sio/form.hpp>
#include <sio/html.hpp>
#include <sio/http_error.hpp>
#include <sio/session_cookie.hpp>

#include "http/base64url.hpp"
#include "http/crypto.hpp"
#include "util/ascii.hpp"

namespace sio {
namespace {

constexpr std::string_view session_key = "_csrf";
constexpr std::size_t secret_bytes = 32;

/// Kept with the request, for csrf_field().
struct FieldName {
    std::string name;
};

std::string xored(std::string_view a, std::string_view b) {
    std::string result(a);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(result[i] ^ b[i]);
    return result;
}

std::optional<std::string> secret_of(const Session& session) {
    auto secret = http::base64url_decode(session.text(session_key));
    return secret && secret->size() == secret_bytes ? secret : std::nullopt;
}

bool is_good_token(std::string_view token, std::string_view secret) {
    const auto bytes = http::base64url_decode(token);
    if (!bytes || bytes->size() != 2 * secret_bytes) return false;
    const std::string_view view(*bytes);
    return http::equal_in_constant_time(xored(view.substr(0, secret_bytes), view.substr(secret_bytes)), secret);
}

/// `https://example.org` of `https://example.org/page?x`. Empty for what is no http URL.
std::string_view origin_of_url(std::string_view url) {
    const auto separator = url.find("://");
    if (separator == std::string_view::npos) return {};
    const auto host = separator + 3;
    const auto end = url.find_first_of("/?#\\", host);
    // A user name before the host: not what a browser sends.
    if (url.substr(host, end == std::string_view::npos ? end : end - host).find('@') != std::string_view::npos)
        return {};
    return url.substr(0, end);
}

/// Browsers leave the scheme's own port out.
std::string_view without_default_port(std::string_view origin) {
    const bool secure = origin.starts_with("https:");
    const std::string_view port = secure ? ":443" : ":80";
    return origin.ends_with(port) ? origin.substr(0, origin.size() - port.size()) : origin;
}

bool same_origin(std::string_view a, std::string_view b) {
    return util::ascii_iequals(without_default_port(a), without_default_port(b));
}

bool is_below(std::string_view path, std::string_view prefix) {
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

class CsrfCheck {
public:
    explicit CsrfCheck(CsrfOptions options) : options_(std::move(options)) {
        for (const auto& origin : options_.trusted_origins) {
            if (origin_of_url(origin) != origin || origin.empty()) {
                throw std::invalid_argument("not an origin (https://host): " + origin);
            }
        }
    }

    const std::string& field() const { return options_.field; }

    /// Throws HttpError.
    void check(const Environ& environ) const {
        const auto& method = environ.method();
        if (method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE") return;
        const auto path = environ.script_name() + environ.path();
        const auto covers = [&](const std::string& prefix) { return is_below(path, prefix); };
        if (std::any_of(options_.exempt.begin(), options_.exempt.end(), covers)) return;

        check_origin(environ);
        const auto secret = secret_of(Session::of(environ));
        if (!secret)
            refuse(
                "The session has expired, or the browser does not send cookies. Please reload the page and try again.");
        auto token = environ.header(options_.header);
        if (token.empty()) token = environ.form()[options_.field];
        if (!is_good_token(token, *secret)) refuse("The form has expired. Please reload the page and try again.");
    }

private:
    [[noreturn]] static void refuse(const char* why) { throw HttpError(403, why); }

    bool is_trusted(std::string_view origin, const Environ& environ) const {
        if (same_origin(origin, environ.origin())) return true;
        return std::any_of(options_.trusted_origins.begin(), options_.trusted_origins.end(),
                           [&](const std::string& trusted) { return same_origin(origin, trusted); });
    }

    void check_origin(const Environ& environ) const {
        constexpr auto foreign = "The request comes from another site.";
        if (environ.headers().contains("Origin")) {
            if (!is_trusted(environ.header("Origin"), environ)) refuse(foreign);
        } else if (environ.headers().contains("Referer")) {
            const auto origin = origin_of_url(environ.header("Referer"));
            if (origin.empty() || !is_trusted(origin, environ)) refuse(foreign);
        } else if (environ.is_secure()) {
            refuse("The request does not say which site it comes from (neither Origin nor Referer).");
        }
    }

    CsrfOptions options_;
};

}  // namespace

Middleware csrf_protection(CsrfOptions options) {
    const auto check = std::make_shared<const CsrfCheck>(std::move(options));
    return [check](App next) -> App {
        return [check, next = std::move(next)](Environ& environ) {
            check->check(environ);
            environ.set(FieldName{check->field()});
            return next(environ);
        };
    };
}

std::string csrf_token(const Environ& environ) {
    auto& session = Session::of(environ);
    auto secret = secret_of(session);
    if (!secret) {
        secret = http::random_bytes(secret_bytes);
        session.set(session_key, http::base64url_encode(*secret));
    }
    const auto mask = http::random_bytes(secret_bytes);
    return http::base64url_encode(mask + xored(mask, *secret));
}

std::string csrf_field(const Environ& environ) {
    const auto* field = environ.get<FieldName>();
    return "<input type=\"hidden\" name=\"" + escape_html(field ? field->name : CsrfOptions().field) + "\" value=\"" +
           csrf_token(environ) + "\">";
}

void rotate_csrf_token(const Environ& environ) { Session::of(environ).erase(session_key); }

}  // namespace sio
