#include <sio/basic_auth.hpp>

#include <utility>

#include <sio/http_error.hpp>

#include "util/ascii.hpp"
#include "util/base64.hpp"

namespace sio {
namespace {

/// RFC 9110, 5.6.4.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace

std::optional<BasicCredentials> basic_credentials(const Environ& environ) {
    constexpr std::string_view scheme = "Basic ";
    const auto field = environ.header("Authorization");
    if (field.size() < scheme.size() || !util::ascii_iequals(field.substr(0, scheme.size()), scheme))
        return std::nullopt;
    const auto decoded = util::base64_decode(util::trim_ows(field.substr(scheme.size())));
    if (!decoded) return std::nullopt;
    const auto colon = decoded->find(':');
    if (colon == std::string::npos) return std::nullopt;
    return BasicCredentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

Middleware basic_auth(std::string_view realm, std::function<bool(const BasicCredentials&)> check) {
    return [challenge = "Basic realm=" + in_quotes(realm) + ", charset=\"UTF-8\"",
            check = std::move(check)](App next) -> App {
        return [challenge, check, next = std::move(next)](Environ& environ) {
            auto credentials = basic_credentials(environ);
            if (!credentials || !check(*credentials)) throw HttpError(401, {}, {{"WWW-Authenticate", challenge}});
            environ.set(std::move(*credentials));
            return next(environ);
        };
    };
}

}  // namespace sio
