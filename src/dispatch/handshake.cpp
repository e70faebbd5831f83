#include <sio/handshake.hpp>

#include <sio/environ.hpp>

#include "util/query.hpp"

namespace sio {

Handshake::Handshake(const Environ& request, std::string_view auth, std::string_view namespace_query)
    : environ_(&request), time_(std::chrono::system_clock::now()) {
    for (util::QueryReader pairs(namespace_query); pairs.next();) query_.add(pairs.key(), pairs.value());
    if (auth.empty()) {
        auth_ = query_as_object();
    } else {
        auth_.assign(auth);
    }
    if (query_.empty()) return;
    MultiDict all = query_;
    for (const auto& [key, value] : request.query()) {
        if (!query_.contains(key)) all.add(key, value);
    }
    query_ = std::move(all);
}

Args Handshake::query_as_object() const {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    for (const auto& [key, value] : query_) {
        writer.key(key);
        writer.string(value);
    }
    writer.end_object();
    return Args(std::move(text));
}

std::string_view Handshake::query(std::string_view name) const { return query()[name]; }

const MultiDict& Handshake::query() const { return query_.empty() ? environ_->query() : query_; }

const Headers& Handshake::headers() const { return environ_->headers(); }
std::string_view Handshake::header(std::string_view name) const { return environ_->header(name); }
const std::string& Handshake::address() const { return environ_->remote_address(); }
bool Handshake::secure() const { return environ_->is_secure(); }

}  // namespace sio
