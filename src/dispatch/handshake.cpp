#include <sio/handshake.hpp>

#include <sio/environ.hpp>

#include "util/query.hpp"

namespace sio {

Handshake::Handshake(const Environ& request, std::string_view auth, std::string_view namespace_query)
    : environ_(&request), time_(std::chrono::system_clock::now()) {
    for (util::QueryReader pairs(namespace_query); pairs.next();) namespace_query_.add(pairs.key(), pairs.value());
    if (!auth.empty()) {
        auth_.assign(auth);
        return;
    }
    std::string text;
    JsonWriter writer(text);
    writer.begin_object();
    for (const auto& [key, value] : namespace_query_) {
        writer.key(key);
        writer.string(value);
    }
    writer.end_object();
    auth_ = Args(std::move(text));
}

std::string_view Handshake::query(std::string_view name) const {
    return namespace_query_.contains(name) ? namespace_query_[name] : environ_->query()[name];
}

const MultiDict& Handshake::query() const { return namespace_query_.empty() ? environ_->query() : namespace_query_; }

const Headers& Handshake::headers() const { return environ_->headers(); }
std::string_view Handshake::header(std::string_view name) const { return environ_->header(name); }
const std::string& Handshake::address() const { return environ_->remote_address(); }
bool Handshake::secure() const { return environ_->is_secure(); }

}  // namespace sio
