#include "pages.hpp"

#include <chrono>
#include <ctime>
#include <utility>
#include <vector>

#include <sio/csrf.hpp>
#include <sio/form.hpp>
#include <sio/offload.hpp>

#include "people.hpp"
#include "text.hpp"

namespace chat {
namespace {

namespace json = boost::json;

json::object limits() { return {{"nickname", max_nickname}, {"room_name", max_room_name}, {"message", max_message}}; }

json::object with_people(const RoomSummary& summary, const std::vector<std::string>& nicknames) {
    json::array online;
    for (const auto& nickname : nicknames) {
        online.push_back({{"nickname", nickname}, {"initials", initials(nickname)}, {"hue", hue(nickname)}});
    }
    return {{"slug", summary.room.slug},
            {"name", summary.room.name},
            {"count", nicknames.size()},
            {"online", std::move(online)},
            {"last_at", summary.last_at ? json::value(iso_time(*summary.last_at)) : json::value()}};
}

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : several);
}

std::string summary_line(std::size_t rooms, std::size_t busy, std::size_t people) {
    if (rooms == 0) return "Make a place to talk.";
    if (people == 0) return "Nobody is online. Be the first.";
    return counted(people, "person", "people") + " online in " + counted(busy, "room", "rooms");
}

}  // namespace

std::string iso_time(Millis at) {
    const auto seconds = static_cast<std::time_t>(at / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[sizeof "2026-11-22T15:04:05Z"];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

Pages::Pages(Chat& chat, sio::Templates templates)
    : chat_(chat), templates_(std::move(templates)), new_rooms_(30, std::chrono::seconds(2)) {}

void Pages::add_to(sio::Router& router) {
    router.get("/", [this](sio::Environ& environ) { return list_rooms(environ); });
    router.post("/create", [this](sio::Environ& environ) { return create_room(environ); });
    router.get("/room/<slug>", [this](sio::Environ& environ) { return show_room(environ); });
    router.get("/legacy", [this](sio::Environ& environ) { return show_any_legacy_room(environ); });
    router.get("/legacy/<slug>", [this](sio::Environ& environ) { return show_legacy_room(environ); });
    router.on_error([this](sio::Environ&, const sio::HttpError& error) { return show_error(error); });
}

sio::Response Pages::list_rooms(sio::Environ& environ) { return rooms_page(environ, {}, {}, 200); }

sio::Response Pages::rooms_page(sio::Environ& environ, std::string_view name, std::string_view error, int status) {
    json::array rooms;
    std::size_t people = 0;
    std::size_t busy = 0;
    for (const auto& summary : sio::offload([&] { return chat_.store.rooms(); })) {
        const auto nicknames = chat_.presence.nicknames(summary.room.slug);
        people += nicknames.size();
        busy += nicknames.empty() ? 0 : 1;
        rooms.push_back(with_people(summary, nicknames));
    }
    const auto summary = summary_line(rooms.size(), busy, people);
    return templates_.respond("rooms.html",
                              {{"rooms", std::move(rooms)},
                               {"summary", summary},
                               {"limits", limits()},
                               {"csrf_token", sio::csrf_token(environ)},
                               {"name", name},
                               {"error", error}},
                              status);
}

sio::Response Pages::create_room(sio::Environ& environ) {
    const std::string wanted(environ.form()["name"]);
    const auto name = clean_name(wanted);
    if (skeleton(name).empty()) return rooms_page(environ, wanted, "Give the room a name.", 400);
    if (count_code_points(name) > max_room_name) {
        return rooms_page(environ, wanted,
                          "A room's name has at most " + std::to_string(max_room_name) + " characters.", 400);
    }
    if (new_rooms_.take(client_network(environ.remote_address())) > std::chrono::milliseconds::zero()) {
        return rooms_page(environ, wanted, "That were many rooms in a short time. Wait a moment.", 429);
    }
    const auto created = sio::offload([&] { return chat_.store.create_room(name); });
    if (created.is_new) chat_.room_added(created.room);
    return sio::Response::redirect("/room/" + created.room.slug);
}

json::object Pages::room_data(sio::Environ& environ) {
    const auto slug = environ.param("slug");
    json::array rooms;
    json::value here;
    for (const auto& summary : sio::offload([&] { return chat_.store.rooms(); })) {
        auto item = with_people(summary, chat_.presence.nicknames(summary.room.slug));
        item["current"] = summary.room.slug == slug;
        if (summary.room.slug == slug) here = item;
        rooms.push_back(std::move(item));
    }
    if (here.is_null()) throw sio::HttpError(404, "There is no room at this address. It may have been removed.");
    return {{"room", std::move(here)},
            {"rooms", std::move(rooms)},
            {"limits", limits()},
            {"csrf_token", sio::csrf_token(environ)}};
}

sio::Response Pages::show_room(sio::Environ& environ) { return templates_.respond("room.html", room_data(environ)); }

sio::Response Pages::show_legacy_room(sio::Environ& environ) {
    return templates_.respond("legacy.html", room_data(environ));
}

sio::Response Pages::show_any_legacy_room(sio::Environ&) {
    const auto rooms = sio::offload([&] { return chat_.store.rooms(); });
    return sio::Response::redirect(rooms.empty() ? "/" : "/legacy/" + rooms.front().room.slug);
}

sio::Response Pages::show_error(const sio::HttpError& error) const {
    const std::string_view text = error.what();
    return templates_.respond("error.html",
                              {{"title", error.status() == 404 ? "Not found" : sio::reason_phrase(error.status())},
                               {"message", text.empty() ? "Nothing can be shown here." : text}},
                              error.status());
}

}  // namespace chat
