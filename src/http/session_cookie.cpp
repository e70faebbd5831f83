#include <sio/session_cookie.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

#include <sio/error.hpp>

#include "http/json_levels.hpp"
#include "http/token_signer.hpp"
#include "http/vary.hpp"

namespace sio {
namespace {

using std::chrono::sys_seconds;

/// Shared by the environ, which a Socket.IO session may keep, and the middleware, which reads it after the app.
struct Kept {
    std::shared_ptr<Session> session;
};

sys_seconds current_time() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

class SessionCookies {
public:
    explicit SessionCookies(SessionCookieOptions options)
        : options_(std::move(options)), signer_(options_.keys, "sio session cookie " + options_.name) {
        // Fails now, not at the first response.
        cookie("x", true).to_string();
    }

    struct Opened {
        std::shared_ptr<Session> session;
        std::optional<sys_seconds> signed_at;
        /// The client sent a cookie of that name, be it good or not.
        bool sent = false;
    };

    Opened open(const Environ& environ) const {
        Opened opened;
        for (const auto token : environ.cookies().get_all(options_.name)) {
            opened.sent = true;
            const auto verified = signer_.verify(token, current_time(), options_.max_age);
            if (!verified) continue;
            boost::system::error_code error;
            auto json = boost::json::parse(verified->payload, error);
            if (error || !json.is_object()) continue;
            opened.session = std::make_shared<Session>(std::move(json.get_object()));
            opened.signed_at = verified->signed_at;
            return opened;
        }
        opened.session = std::make_shared<Session>();
        return opened;
    }

    void close(const Opened& opened, bool secure, Response& response) const {
        const auto& session = *opened.session;
        if (session.accessed()) http::add_vary(response.headers, "Cookie");
        const bool refresh = session.accessed() && !session.empty() && opened.signed_at &&
                             options_.refresh_after.count() > 0 &&
                             current_time() - *opened.signed_at > options_.refresh_after;
        if (!session.modified() && !refresh) return;
        if (session.empty()) {
            if (opened.sent) {
                auto gone = cookie({}, secure);
                gone.max_age = std::chrono::seconds(0);
                set_cookie(response, gone);
            }
            return;
        }
        // What an application keeps may come from a client.
        for (const auto& member : session.values()) http::fit_for_stack(member.value());
        const auto value =
            cookie(signer_.sign(boost::json::serialize(session.values()), current_time()), secure).to_string();
        if (value.size() > options_.max_bytes) {
            throw Error(errc::limit_exceeded,
                        "the session cookie would have " + std::to_string(value.size()) + " bytes");
        }
        response.headers.add("Set-Cookie", value);
        // A cache must not give one client's session to another.
        if (!response.headers.contains("Cache-Control")) response.headers.add("Cache-Control", "private");
    }

private:
    Cookie cookie(std::string value, bool secure) const {
        Cookie result{
            .name = options_.name, .value = std::move(value), .path = options_.path, .domain = options_.domain};
        result.max_age = options_.max_age;
        result.secure = secure;
        result.same_site = options_.same_site;
        return result;
    }

    SessionCookieOptions options_;
    http::TokenSigner signer_;
};

const Json null_json;

}  // namespace

Session& Session::of(const Environ& environ) {
    auto* kept = environ.get<Kept>();
    if (!kept) throw std::logic_error("no session: the app is not within the session_cookie() middleware");
    kept->session->accessed_ = true;
    return *kept->session;
}

const Json& Session::operator[](std::string_view key) const noexcept {
    const auto* value = values_.if_contains(key);
    return value ? *value : null_json;
}

std::string_view Session::text(std::string_view key, std::string_view fallback) const noexcept {
    const auto* text = (*this)[key].if_string();
    return text ? std::string_view(text->data(), text->size()) : fallback;
}

bool Session::contains(std::string_view key) const noexcept { return values_.contains(key); }

void Session::set(std::string_view key, Json value) {
    auto& kept = values_[key];
    if (kept == value && !value.is_null()) return;
    kept = std::move(value);
    modified_ = true;
}

void Session::set(std::string_view key, std::string_view text) { set(key, Json(boost::json::string(text))); }

void Session::erase(std::string_view key) {
    if (values_.erase(key) != 0) modified_ = true;
}

void Session::clear() {
    if (!values_.empty()) modified_ = true;
    values_.clear();
}

Middleware session_cookie(SessionCookieOptions options) {
    const auto cookies = std::make_shared<const SessionCookies>(std::move(options));
    return [cookies](App next) -> App {
        return [cookies, next = std::move(next)](Environ& environ) {
            const auto opened = cookies->open(environ);
            const bool secure = environ.is_secure();
            environ.set(Kept{opened.session});
            auto response = next(environ);
            cookies->close(opened, secure, response);
            return response;
        };
    };
}

}  // namespace sio
