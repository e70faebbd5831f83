#include <sio/socket.hpp>

#include <stdexcept>
#include <utility>

#include <sio/namespace.hpp>

#include "dispatch/guard.hpp"
#include "dispatch/json_hooks.hpp"
#include "dispatch/socket_impl.hpp"

namespace sio {

using session::CloseReason;

namespace {

/// The implementation, for what may be touched on the socket's own thread only.
dispatch::SocketImpl& impl(Socket& socket) {
    auto& found = dispatch::impl(socket);
    dispatch::guard(found);
    return found;
}
const dispatch::SocketImpl& impl(const Socket& socket) {
    const auto& found = dispatch::impl(socket);
    dispatch::guard(found);
    return found;
}

void disconnect_all(dispatch::SocketImpl& socket, bool tell) {
    const auto self = socket.shared_from_this();
    for (const auto& connection : std::vector(socket.connections())) {
        connection->end(CloseReason::server_namespace_disconnect, tell);
    }
    socket.close(CloseReason::forced_close);
}

}  // namespace

const std::string& Socket::sessid() const noexcept { return dispatch::impl(*this).sessid(); }
SocketSession& Socket::session() { return impl(*this).session_; }
Environ& Socket::environ() { return impl(*this).environ(); }
const SocketOptions& Socket::config() const noexcept { return dispatch::impl(*this).hub()->options(); }
Socket::State Socket::state() const { return impl(*this).state_; }
bool Socket::connected() const { return state() == State::connecting || state() == State::connected; }
std::uint64_t Socket::hits() const { return impl(*this).hits_; }

std::string_view Socket::transport() const {
    const auto* const channel = impl(*this).channel();
    return channel ? channel->transport_name() : std::string_view();
}

std::size_t Socket::queued_bytes() const {
    const auto* const channel = impl(*this).channel();
    return channel ? channel->queued_bytes() : 0;
}

Socket::Missed Socket::missed() const {
    const auto* const channel = impl(*this).channel();
    if (!channel) return {};
    const session::Drops drops = channel->drops();
    return {drops.volatile_packets, drops.oldest_packets};
}

std::string_view Socket::disconnect_reason() const {
    const auto reason = impl(*this).close_reason_;
    return reason ? session::reason_text(*reason) : std::string_view();
}

BaseNamespace& Socket::operator[](std::string_view ns_name) {
    if (auto* const connection = impl(*this).find(ns_name); connection && connection->object()) {
        return *connection->object();
    }
    throw std::out_of_range("sio: the socket is not connected to the namespace " + std::string(ns_name));
}

std::shared_ptr<BaseNamespace> Socket::get_namespace(std::string_view ns_name) const {
    auto* const connection = impl(*this).find(ns_name);
    return connection ? connection->object() : nullptr;
}

std::vector<std::string> Socket::active_ns() const {
    std::vector<std::string> names;
    for (const auto& connection : impl(*this).connections()) names.push_back(connection->nsp());
    return names;
}

void Socket::remove_namespace(std::string_view ns_name) {
    if (auto* const connection = impl(*this).find(ns_name)) {
        connection->end(CloseReason::server_namespace_disconnect, false);
    }
}

void Socket::disconnect() { disconnect_all(impl(*this), true); }

void Socket::disconnect_silently() { disconnect_all(impl(*this), false); }

void Socket::kill() {
    const auto self = shared_from_this();
    impl(*this).close(CloseReason::forced_close);
}

void Socket::detach() { impl(*this).hub()->leave(impl(*this)); }

void Socket::send_packet(const Packet& packet) {
    auto& socket = impl(*this);
    auto* const channel = socket.channel();
    if (!channel) return;
    wire::PacketView view;
    std::string dumped;
    switch (packet.type) {
        case PacketType::connect: view.type = wire::PacketType::connect; break;
        case PacketType::disconnect: view.type = wire::PacketType::disconnect; break;
        case PacketType::event: view.type = wire::PacketType::event; break;
        case PacketType::ack: view.type = wire::PacketType::ack; break;
        case PacketType::error: view.type = wire::PacketType::connect_error; break;
        case PacketType::message: view.type = wire::PacketType::message; break;
        case PacketType::json: view.type = wire::PacketType::json; break;
    }
    view.nsp = packet.endpoint.empty() ? std::string_view("/") : std::string_view(packet.endpoint);
    view.id = packet.id;
    if (packet.type == PacketType::event || packet.type == PacketType::ack) {
        view.name = packet.name;
        view.data = packet.args.text();
        if (const auto& dumps = socket.manage_options().json_dumps) {
            dumped = dispatch::apply_json_dumps(dumps, view.data);
            view.data = dumped;
        }
        view.attachments = packet.args.attachments();
    } else {
        view.data = packet.data;
    }
    // json_dumps is the application's: it may have ended the connection.
    if (socket.channel()) socket.channel()->send(view);
}

void Socket::error(std::string_view name, std::string_view message, std::string_view endpoint,
                   std::optional<std::uint64_t> msg_id, bool quiet) {
    ErrorReport report;
    report.name = name;
    report.message = message;
    report.endpoint = endpoint;
    report.msg_id = msg_id;
    report.quiet = quiet;
    impl(*this).handle_error(report);
}

bool Socket::drain(Duration limit) { return impl(*this).drain(limit); }

void Socket::join() { impl(*this).join(); }

}  // namespace sio
