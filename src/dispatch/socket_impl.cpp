#include "dispatch/socket_impl.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <sio/error.hpp>
#include <sio/log.hpp>

#include "dispatch/registry.hpp"
#include "dispatch/unserved_namespace.hpp"
#include "util/exception_text.hpp"

namespace sio::dispatch {

SocketImpl::SocketImpl(Private, std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ)
    : sessid_(channel.sid()),
      environ_(std::move(environ)),
      hub_(std::move(hub)),
      channel_(&channel),
      generation_(channel.generation()),
      rules_(rules_of(generation_)),
      connect_timer_(
          [](void* self) {
              auto& socket = *static_cast<SocketImpl*>(self);
              if (socket.connections_.empty()) socket.close(session::CloseReason::forced_server_close);
          },
          this) {}

SocketImpl::~SocketImpl() = default;

std::shared_ptr<SocketImpl> SocketImpl::open(std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ) {
    auto socket = std::make_shared<SocketImpl>(Private(), std::move(hub), channel, std::move(environ));
    socket->environ_.set(SocketBinding{std::weak_ptr<SocketImpl>(socket)});
    socket->hub_->enter(*socket);
    socket->connect_timer_.arm(socket->hub_->loop().timers(), socket->hub_->options().connect_timeout);
    return socket;
}

void SocketImpl::bind(const Namespaces& namespaces, ManageOptions options) {
    if (bound()) throw Error(errc::not_attached, "sio: this session's namespaces have been bound already");
    registry_ = namespaces.registry().shared_from_this();
    registry_->attach(hub_);
    options_ = std::move(options);
    if (state_ == State::new_) state_ = State::connecting;
    if (const auto callback = std::exchange(on_bound_, nullptr)) callback();
    if (rules_.implicit_root) connect_timer_.cancel();
    if (early_.empty() && !rules_.connects_root) {
        early_done_ = true;
        return;
    }
    // The application is up the stack: its namespaces begin when it has returned.
    hub_->post([self = std::static_pointer_cast<SocketImpl>(shared_from_this())] { self->begin(); });
}

// What has waited for the namespaces to be bound.
void SocketImpl::begin() {
    early_done_ = true;
    if (rules_.connects_root && channel_) connect({.type = wire::PacketType::connect});
    for (const auto& packet : std::exchange(early_, {})) {
        if (!channel_) return;
        if (!route(packet->packet())) return close(session::CloseReason::parse_error);
    }
    if (std::exchange(paused_, false) && channel_) channel_->resume_reading();
}

bool SocketImpl::on_packet(const wire::PacketView& packet) {
    ++hits_;
    if (early_done_) {
        try {
            return route(packet);
        } catch (const std::exception&) {
            // Not the application's, whose exceptions do not come here: no memory, no stack.
            log(LogLevel::error, "dispatch", "packet lost: " + util::exception_text(std::current_exception()));
            close(session::CloseReason::forced_server_close);
            return true;
        }
    }
    early_.push_back(std::make_unique<session::Broadcast>(packet));
    if (!paused_ && early_.size() >= hub_->options().max_queued_events) {
        paused_ = true;
        channel_->pause_reading();
    }
    return true;
}

Connection* SocketImpl::find(std::string_view nsp) const noexcept {
    if (nsp.empty()) nsp = "/";
    for (const auto& connection : connections_) {
        if (connection->nsp() == nsp) return connection.get();
    }
    return nullptr;
}

// What does not fit the state of the namespace is for rules_ to judge. But for packets that the client sent before it knew
// that the server had ended the namespace.
bool SocketImpl::route(const wire::PacketView& packet) {
    Connection* const connection = find(packet.nsp);
    if (!connection) {
        if (packet.type == wire::PacketType::connect) return connect(packet);
        if (!has_left(packet.nsp)) stray();
        return true;
    }
    switch (packet.type) {
        case wire::PacketType::event:
        case wire::PacketType::message:
        case wire::PacketType::json: return connection->take(packet);
        case wire::PacketType::ack: return connection->take_ack(packet);
        case wire::PacketType::disconnect:
            connection->end(session::CloseReason::client_namespace_disconnect, false, Connection::Finish::at_once);
            if (rules_.root_ends_connection && packet.nsp == "/") {
                close(session::CloseReason::client_namespace_disconnect);
            }
            return true;
        case wire::PacketType::connect_error:
            if (rules_.takes_errors) return connection->take(packet);
            break;
        case wire::PacketType::connect: break;
    }
    stray();
    return true;
}

void SocketImpl::stray() {
    if (rules_.ignores_strays) return;
    log(LogLevel::debug, "dispatch", "a packet that does not fit the state of its namespace: connection closed");
    close(session::CloseReason::forced_server_close);
}

bool SocketImpl::connect(const wire::PacketView& packet) {
    if (!packet.data.empty() && !is_json(packet.data, hub_->options().max_json_depth)) return false;
    const detail::NamespaceClass* kind = registry_->find(packet.nsp);
    if (!kind && rules_.implicit_root && packet.nsp == "/") kind = &unserved_namespace();
    if (!kind) {
        refuse(packet.nsp, "Invalid namespace");
    } else if (connections_.size() >= hub_->options().max_namespaces) {
        refuse(packet.nsp, "Too many namespaces");
    } else {
        std::erase(left_, packet.nsp);
        auto connection =
            std::make_shared<Connection>(std::static_pointer_cast<SocketImpl>(shared_from_this()), *kind,
                                         std::string(packet.nsp), Handshake(environ_, packet.data, packet.query));
        connections_.push_back(connection);
        connection->begin();
    }
    return true;
}

void SocketImpl::refuse(std::string_view nsp, std::string_view message) {
    const std::string json = refusal_json(generation_, message);
    wire::PacketView answer;
    answer.type = wire::PacketType::connect_error;
    answer.nsp = nsp;
    answer.data = json;
    channel_->send(answer);
}

bool SocketImpl::has_left(std::string_view nsp) const noexcept {
    return std::find(left_.begin(), left_.end(), nsp) != left_.end();
}

void SocketImpl::forget(const Connection& connection) noexcept {
    if (std::find(left_.begin(), left_.end(), connection.nsp()) == left_.end()) {
        if (left_.size() >= hub_->options().max_namespaces) left_.erase(left_.begin());
        left_.push_back(connection.nsp());
    }
    std::erase_if(connections_, [&](const auto& known) { return known.get() == &connection; });
}

void SocketImpl::note_connected() noexcept {
    if (state_ == State::new_ || state_ == State::connecting) state_ = State::connected;
}

void SocketImpl::close(session::CloseReason reason) {
    if (!channel_) return;
    if (state_ != State::disconnected) state_ = State::disconnecting;
    channel_->close(reason);
}

void SocketImpl::on_close(session::CloseReason reason) {
    const auto self = shared_from_this();
    state_ = State::disconnected;
    close_reason_ = reason;
    connect_timer_.cancel();
    channel_ = nullptr;
    early_.clear();
    hub_->leave(*this);
    for (const auto& connection : std::vector(connections_)) connection->end(reason, false);
    closed_.set();
}

void SocketImpl::handle_error(const ErrorReport& report) {
    try {
        if (options_.error_handler) {
            options_.error_handler(*this, report);
        } else {
            default_error_handler(*this, report);
        }
    } catch (const std::exception&) {
        log(LogLevel::error, "dispatch", "the error handler threw " + util::exception_text(std::current_exception()));
    }
}

}  // namespace sio::dispatch
