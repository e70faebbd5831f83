#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <sio/multi_dict.hpp>
#include <sio/response.hpp>

namespace sio {

/// The cookies of a `Cookie` field. Tolerant as RFC 6265, 5.4 asks servers to be: pairs between semicolons, white space
/// and one pair of quotes around a value dropped, pieces without a name or `=` passed over, values otherwise as sent.
/// When a name comes twice, the first is the one for the more specific path.
MultiDict parse_cookies(std::string_view header);

enum class SameSite { none, lax, strict };

/// A cookie to set. The defaults are the careful ones: out of reach for scripts, and not sent along with requests that
/// other sites make.
struct Cookie {
    /// A token (RFC 9110, 5.6.2). `__Host-` and `__Secure-` at its beginning mean what browsers take them for.
    std::string name;
    /// No control characters, white space, quotes, commas, semicolons or backslashes: encode other text.
    std::string value;
    /// The paths that it is sent to. Default: all.
    std::string path = "/";
    /// Empty: this host alone, without its subdomains.
    std::string domain = {};
    /// How long it lives; nothing: until the browser closes. Zero or less deletes it.
    std::optional<std::chrono::seconds> max_age = {};
    bool secure = false;
    bool http_only = true;
    /// `SameSite::none` needs `secure`.
    SameSite same_site = SameSite::lax;

    /// The value of its `Set-Cookie` field. Throws std::invalid_argument when a browser would not take the cookie.
    std::string to_string() const;
};

/// Adds the `Set-Cookie` field. Throws as Cookie::to_string().
void set_cookie(Response& response, const Cookie& cookie);
/// Makes the browser forget a cookie; path and domain must be those that it was set with.
void delete_cookie(Response& response, std::string_view name, std::string_view path = "/",
                   std::string_view domain = {});

}  // namespace sio
