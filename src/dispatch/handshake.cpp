#include <sio/handshake.hpp>

#include <sio/environ.hpp>
#include <sio/socket.hpp>

#include "util/query.hpp"

namespace sio {

namespace {

constexpr std::string_view no_auth = "{}";

Args as_object(const MultiDict& pairs) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    for (const auto& [key, value] : pairs) {
        writer.key(key);
        writer.string(value);
    }
    writer.end_object();
    return Args(std::move(text));
}

}  // namespace

Handshake::Handshake(Socket& socket, std::string_view auth, std::string_view namespace_query)
    : socket_(&socket), time_(std::chrono::system_clock::now()) {
    if (namespace_query.empty() && (auth.empty() || auth == no_auth)) return;
    said_ = std::make_unique<Said>();
    MultiDict& query = said_->query;
    for (util::QueryReader pairs(namespace_query); pairs.next();) query.add(pairs.key(), pairs.value());
    if (auth.empty()) {
        said_->auth = as_object(query);
    } else {
        said_->auth.assign(auth);
    }
    if (query.empty()) return;
    MultiDict all = query;
    for (const auto& [key, value] : socket.environ().query()) {
        if (!query.contains(key)) all.add(key, value);
    }
    query = std::move(all);
}

const Args& Handshake::auth_args() const noexcept {
    static const Args nothing{std::string(no_auth)};
    return said_ ? said_->auth : nothing;
}

std::string_view Handshake::query(std::string_view name) const { return query()[name]; }

const MultiDict& Handshake::query() const {
    return said_ && !said_->query.empty() ? said_->query : socket_->environ().query();
}

const Headers& Handshake::headers() const { return socket_->environ().headers(); }
std::string_view Handshake::header(std::string_view name) const { return socket_->environ().header(name); }
const std::string& Handshake::address() const { return socket_->environ().remote_address(); }
bool Handshake::secure() const { return socket_->environ().is_secure(); }

}  // namespace sio
