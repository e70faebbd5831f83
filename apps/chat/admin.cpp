#include "admin.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include <sio/csrf.hpp>
#include <sio/form.hpp>
#include <sio/log.hpp>
#include <sio/offload.hpp>
#include <sio/password.hpp>
#include <sio/session_cookie.hpp>

#include "pages.hpp"
#include "text.hpp"

namespace chat {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t rows_of_a_page = 50;
constexpr Millis session_millis = 12LL * 60 * 60 * 1000;
// In the session cookie: when its owner signed in.
constexpr std::string_view signed_in_key = "admin";
constexpr std::string_view notice_key = "notice";
constexpr std::string_view signed_out_setting = "admin_signed_out_at";

json::object text_cell(std::string_view label, std::string_view text, std::string_view href = {}) {
    json::object cell{{"label", label}, {"text", text}};
    if (!href.empty()) cell["href"] = href;
    return cell;
}

json::object time_cell(std::string_view label, Millis at) { return {{"label", label}, {"time", iso_time(at)}}; }

json::object row(std::string_view name, std::string action, std::string confirm, json::array cells) {
    return {{"name", name}, {"action", action}, {"confirm", confirm}, {"cells", std::move(cells)}};
}

std::string counted_messages(std::int64_t count) {
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

std::size_t page_of(const sio::Environ& environ) {
    const auto text = environ.query()["page"];
    std::size_t page = 0;
    std::from_chars(text.data(), text.data() + text.size(), page);
    return std::min<std::size_t>(page, 1'000'000);
}

std::string page_link(std::string_view key, std::size_t page) {
    return "/admin?show=" + std::string(key) + (page == 0 ? "" : "&page=" + std::to_string(page));
}

}  // namespace

Admin::Admin(Chat& chat, sio::Templates templates, std::string_view password)
    : chat_(chat), templates_(std::move(templates)), attempts_(5, 10s) {
    const std::string signed_out = chat_.store.setting(signed_out_setting, [] { return std::string("0"); });
    Millis at = 0;
    std::from_chars(signed_out.data(), signed_out.data() + signed_out.size(), at);
    signed_out_at_ = at;
    if (!password.empty())
        password_hash_ = password.starts_with("$scrypt$") ? std::string(password) : sio::hash_password(password);
}

void Admin::add_to(sio::Router& router) {
    const auto page = [this](sio::Response (Admin::*method)(sio::Environ&)) {
        return [this, method](sio::Environ& environ) {
            if (password_hash_.empty()) {
                throw sio::HttpError(404, "The administration is switched off. Start the chat with an admin password.");
            }
            return (this->*method)(environ);
        };
    };
    router.get("/admin", page(&Admin::show));
    router.post("/admin/login", page(&Admin::log_in));
    router.post("/admin/logout", page(&Admin::log_out));
    router.post("/admin/rooms/<int:id>/remove", page(&Admin::remove_room));
    router.post("/admin/users/<int:id>/remove", page(&Admin::remove_user));
    router.post("/admin/messages/<int:id>/remove", page(&Admin::remove_message));
}

sio::Response Admin::show(sio::Environ& environ) {
    if (!signed_in(environ)) return login_page(environ, {}, 200);

    const auto wanted = environ.query()["show"];
    const auto page = page_of(environ);
    const auto offset = page * rows_of_a_page;
    const auto counts = sio::offload([&] { return chat_.store.counts(); });
    auto listing = sio::offload([&] {
        return wanted == "users"      ? list_users(offset)
               : wanted == "messages" ? list_messages(offset)
                                      : list_rooms(offset);
    });
    const auto section = [&](std::string_view key, std::string_view title, std::int64_t count) {
        return json::object{{"key", key}, {"title", title}, {"count", count}, {"current", key == listing.key}};
    };
    const bool full = listing.rows.size() > rows_of_a_page;
    if (full) listing.rows.pop_back();

    auto& session = sio::Session::of(environ);
    const std::string notice(session.text(notice_key));
    if (!notice.empty()) session.erase(notice_key);
    return templates_.respond("admin.html",
                              {{"csrf_token", sio::csrf_token(environ)},
                               {"notice", notice},
                               {"sections",
                                {section("rooms", "Rooms", counts.rooms), section("users", "Users", counts.users),
                                 section("messages", "Messages", counts.messages)}},
                               {"heading", listing.title},
                               {"columns", std::move(listing.columns)},
                               {"rows", std::move(listing.rows)},
                               {"empty", listing.empty},
                               {"newer", page > 0 ? json::value(page_link(listing.key, page - 1)) : json::value()},
                               {"older", full ? json::value(page_link(listing.key, page + 1)) : json::value()}});
}

Admin::Listing Admin::list_rooms(std::size_t offset) {
    Listing list{"rooms", "Rooms", "Rooms appear here as people add them.", {"Room", "Messages", "Created"}, {}};
    for (const auto& [room, created_at, messages] : chat_.store.list_rooms(offset, rows_of_a_page + 1)) {
        list.rows.push_back(row(room.name, "/admin/rooms/" + std::to_string(room.id) + "/remove",
                                "Remove the room “" + room.name + "” with its " + counted_messages(messages) + "?",
                                {text_cell("Room", room.name, "/room/" + room.slug),
                                 text_cell("Messages", std::to_string(messages)), time_cell("Created", created_at)}));
    }
    return list;
}

Admin::Listing Admin::list_users(std::size_t offset) {
    Listing list{"users",
                 "Users",
                 "Everyone who takes a nickname appears here.",
                 {"Nickname", "In room", "Messages", "First seen", "Last seen"},
                 {}};
    for (const auto& user : chat_.store.list_users(offset, rows_of_a_page + 1)) {
        const auto room = chat_.presence.room_of(user.id);
        list.rows.push_back(
            row(user.nickname, "/admin/users/" + std::to_string(user.id) + "/remove",
                "Remove “" + user.nickname + "” with " + counted_messages(user.messages) + "?",
                {text_cell("Nickname", user.nickname), text_cell("In room", room.empty() ? "Offline" : room),
                 text_cell("Messages", std::to_string(user.messages)), time_cell("First seen", user.first_seen),
                 time_cell("Last seen", user.last_seen)}));
    }
    return list;
}

Admin::Listing Admin::list_messages(std::size_t offset) {
    Listing list{"messages", "Messages", "What people write appears here.", {"Message", "By", "Room", "Sent"}, {}};
    for (const auto& message : chat_.store.list_messages(offset, rows_of_a_page + 1)) {
        list.rows.push_back(
            row("the message of " + message.nickname, "/admin/messages/" + std::to_string(message.id) + "/remove",
                "Remove this message of “" + message.nickname + "”?",
                {text_cell("Message", message.text), text_cell("By", message.nickname),
                 text_cell("Room", message.room.name, "/room/" + message.room.slug), time_cell("Sent", message.at)}));
    }
    return list;
}

sio::Response Admin::login_page(sio::Environ& environ, std::string_view error, int status) {
    return templates_.respond("admin_login.html", {{"csrf_token", sio::csrf_token(environ)}, {"error", error}}, status);
}

sio::Response Admin::log_in(sio::Environ& environ) {
    const std::string network = client_network(environ.remote_address());
    if (const auto wait = attempts_.take(network); wait > 0ms) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
        auto response = login_page(
            environ,
            "Too many attempts. Try again in " + std::to_string(seconds) + (seconds == 1 ? " second." : " seconds."),
            429);
        response.headers.set("Retry-After", std::to_string(seconds));
        return response;
    }
    const std::string attempt(environ.form()["password"]);
    // On threads of its own: the password is hashed to be compared, which is slow by design.
    if (!sio::verify_password(attempt, password_hash_)) {
        sio::log(sio::LogLevel::warning, "chat", "wrong admin password from " + environ.remote_address());
        return login_page(environ, "That is not the password.", 403);
    }
    attempts_.give_back(network);
    sio::log(sio::LogLevel::info, "chat", "administrator signed in from " + environ.remote_address());
    sio::rotate_csrf_token(environ);
    sio::Session::of(environ).set(signed_in_key, now_millis());
    return sio::Response::redirect("/admin");
}

sio::Response Admin::log_out(sio::Environ& environ) {
    if (signed_in(environ)) {
        // Kept, or a cookie from before would be good again after the next start.
        const Millis now = now_millis();
        signed_out_at_ = now;
        sio::offload([&] { chat_.store.set_setting(signed_out_setting, std::to_string(now)); });
    }
    sio::Session::of(environ).clear();
    return sio::Response::redirect("/admin");
}

sio::Response Admin::remove_room(sio::Environ& environ) {
    require_sign_in(environ);
    const auto id = environ.param<std::int64_t>("id").value_or(0);
    const auto room = sio::offload([&] { return chat_.store.remove_room(id); });
    if (room) chat_.room_removed(*room);
    return back_to(environ, "rooms", room ? "The room was removed." : "That room was gone already.");
}

sio::Response Admin::remove_user(sio::Environ& environ) {
    require_sign_in(environ);
    const auto id = environ.param<std::int64_t>("id").value_or(0);
    const bool removed = sio::offload([&] { return chat_.store.remove_user(id); });
    if (removed) chat_.user_removed(id);
    return back_to(environ, "users", removed ? "The user was removed." : "That user was gone already.");
}

sio::Response Admin::remove_message(sio::Environ& environ) {
    require_sign_in(environ);
    const auto id = environ.param<std::int64_t>("id").value_or(0);
    const auto room = sio::offload([&] { return chat_.store.remove_message(id); });
    if (room) chat_.message_removed(*room, id);
    return back_to(environ, "messages", room ? "The message was removed." : "That message was gone already.");
}

bool Admin::signed_in(sio::Environ& environ) const {
    const auto* at = sio::Session::of(environ)[signed_in_key].if_int64();
    return at && *at > signed_out_at_ && now_millis() - *at < session_millis;
}

void Admin::require_sign_in(sio::Environ& environ) const {
    if (!signed_in(environ)) throw sio::HttpError(403, "Sign in at the administration first.");
}

sio::Response Admin::back_to(sio::Environ& environ, std::string_view list, std::string_view notice) {
    sio::Session::of(environ).set(notice_key, notice);
    return sio::Response::redirect("/admin?show=" + std::string(list));
}

}  // namespace chat
