#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sio/app.hpp>
#include <sio/cookie.hpp>
#include <sio/json.hpp>

namespace sio {

/// What the site remembers about a browser from one request to the next: a dictionary of JSON values.
///
/// It lives in a cookie that is signed, so that the client cannot change it, but not encrypted: it can read it, and give
/// back an older one. So keep who is logged in here, not how much money they have.
///
/// ```
/// router.use(sio::session_cookie({.keys = {secret}}));
/// ...
/// auto& session = sio::Session::of(environ);
/// session.set("user", name);
/// ```
///
/// Not to be confused with the session of a Socket.IO connection (Socket::session), which may read this one through its
/// environ: what it changes there does not reach the browser.
/// Threads: one request's.
class Session {
public:
    /// The request's session. Throws std::logic_error without the session_cookie() middleware.
    static Session& of(const Environ& environ);

    /// null when there is none of that key.
    const Json& operator[](std::string_view key) const noexcept;
    /// The text of that key; `fallback` when there is none, or something else.
    std::string_view text(std::string_view key, std::string_view fallback = {}) const noexcept;
    bool contains(std::string_view key) const noexcept;
    bool empty() const noexcept { return values_.empty(); }
    const boost::json::object& values() const noexcept { return values_; }

    // What changes the session makes the response set the cookie.

    void set(std::string_view key, Json value);
    void set(std::string_view key, std::string_view text);
    void set(std::string_view key, const char* text) { set(key, std::string_view(text)); }
    void erase(std::string_view key);
    /// Forgets everything: logging out.
    void clear();

    /// Whether it has been changed by this request.
    bool modified() const noexcept { return modified_; }
    /// Whether anybody has asked for it in this request: the response then depends on the cookie.
    bool accessed() const noexcept { return accessed_; }

    /// For the middleware.
    explicit Session(boost::json::object values = {}) : values_(std::move(values)) {}

private:
    boost::json::object values_;
    bool modified_ = false;
    bool accessed_ = false;
};

struct SessionCookieOptions {
    /// Secrets of at least 16 bytes, 32 random ones best. The first signs, all verify: to change secrets put the new one in
    /// front, and drop the old one after `max_age`.
    std::vector<std::string> keys;
    std::string name = "session";
    /// How long it is good for after it was last set; the browser drops it then, too.
    std::chrono::seconds max_age = std::chrono::hours(24 * 14);
    /// A session that is used is set anew when it is older than this, so that it lives on. Zero: never. Default: a day.
    std::chrono::seconds refresh_after = std::chrono::hours(24);
    std::string path = "/";
    std::string domain = {};
    SameSite same_site = SameSite::lax;
    /// Name, value and attributes together; browsers take 4096 bytes. A larger one is a 500 (and an error in the log).
    std::size_t max_bytes = 4096;
};

/// Gives each request its Session. The cookie is set only when the session has changed (or is to be refreshed), `HttpOnly`
/// always, `Secure` when the request came by https. A response that depends on the session says `Vary: Cookie`.
/// A cookie that is malformed, forged or expired counts as none.
///
/// Throws std::invalid_argument for unusable options.
Middleware session_cookie(SessionCookieOptions options);

}  // namespace sio
