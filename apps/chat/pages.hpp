#pragma once

#include <string>
#include <string_view>

#include <sio/environ.hpp>
#include <sio/http_error.hpp>
#include <sio/json.hpp>
#include <sio/response.hpp>
#include <sio/router.hpp>
#include <sio/template.hpp>

#include "chat.hpp"
#include "rate_limit.hpp"

namespace chat {

/// The pages: the rooms, one room, and what an error looks like.
class Pages {
public:
    Pages(Chat& chat, sio::Templates templates);

    /// Adds `/`, `/create`, `/room/<slug>`, `/legacy` and the error pages. The router must not outlive this.
    void add_to(sio::Router& router);

private:
    sio::Response list_rooms(sio::Environ& environ);
    sio::Response create_room(sio::Environ& environ);
    sio::Response show_room(sio::Environ& environ);
    /// The same room for a client of 0.9, and the way there.
    sio::Response show_legacy_room(sio::Environ& environ);
    sio::Response show_any_legacy_room(sio::Environ& environ);
    sio::Response show_error(const sio::HttpError& error) const;

    /// The page of rooms, with what was wrong with the name of a new one.
    sio::Response rooms_page(sio::Environ& environ, std::string_view name, std::string_view error, int status);

    /// What a page of the room in the URL shows. Throws HttpError 404.
    boost::json::object room_data(sio::Environ& environ);

    Chat& chat_;
    sio::Templates templates_;
    RateLimiter new_rooms_;
};

/// `2026-11-22T15:04:05Z`
std::string iso_time(Millis at);

}  // namespace chat
