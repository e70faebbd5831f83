#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <sio/environ.hpp>
#include <sio/json.hpp>
#include <sio/response.hpp>
#include <sio/router.hpp>
#include <sio/template.hpp>

#include "chat.hpp"
#include "rate_limit.hpp"

namespace chat {

/// The administration: rooms, users and messages, listed and removed, behind a password.
///
/// Who has signed in is remembered in the session cookie, for twelve hours at most. A cookie cannot be called back, so
/// signing out ends every sign-in before it, for good. Five wrong attempts at the password are free for an address (of IPv6: for
/// its network), then one every ten seconds.
class Admin {
public:
    /// `password`: the password itself, or what sio::hash_password() made of it. Empty: the administration is off, and its
    /// pages are 404 and say how to switch it on.
    Admin(Chat& chat, sio::Templates templates, std::string_view password);

    /// Adds `/admin` and below. The router must not outlive this.
    void add_to(sio::Router& router);

private:
    /// A list, as admin.html shows it.
    struct Listing {
        std::string key;
        std::string title;
        std::string empty;
        boost::json::array columns;
        boost::json::array rows;
        std::int64_t count = 0;
    };

    sio::Response show(sio::Environ& environ);
    sio::Response log_in(sio::Environ& environ);
    sio::Response log_out(sio::Environ& environ);
    sio::Response remove_room(sio::Environ& environ);
    sio::Response remove_user(sio::Environ& environ);
    sio::Response remove_message(sio::Environ& environ);

    sio::Response login_page(sio::Environ& environ, std::string_view error, int status);
    Listing list_rooms(std::size_t offset);
    Listing list_users(std::size_t offset);
    Listing list_messages(std::size_t offset);

    bool signed_in(sio::Environ& environ) const;
    /// Throws HttpError unless signed in.
    void require_sign_in(sio::Environ& environ) const;
    /// Back to a list, which says `notice`.
    static sio::Response back_to(sio::Environ& environ, std::string_view list, std::string_view notice);

    Chat& chat_;
    sio::Templates templates_;
    std::string password_hash_;
    RateLimiter attempts_;
    std::atomic<Millis> signed_out_at_ = 0;
};

}  // namespace chat
