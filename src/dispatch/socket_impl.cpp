#include "dispatch/socket_impl.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/greenlet_exit.hpp>
#include <sio/log.hpp>

#include "dispatch/registry.hpp"
#include "dispatch/unserved_namespace.hpp"
#include "greenlet/interruption.hpp"
#include "http/run_app.hpp"
#include "util/exception_text.hpp"

namespace sio::dispatch {

SocketImpl::SocketImpl(Private, std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ)
    : channel_(&channel),
      slot_(channel.slot()),
      sessid_(&channel.sid()),
      hub_(std::move(hub)),
      opening_(std::make_unique<Opening>()),
      environ_(std::move(environ)),
      generation_(channel.generation()),
      rules_(rules_of(generation_)) {}

SocketImpl::~SocketImpl() = default;

std::shared_ptr<SocketImpl> SocketImpl::open(std::shared_ptr<Hub> hub, session::Channel& channel, Environ environ) {
    auto socket = std::make_shared<SocketImpl>(Private(), std::move(hub), channel, std::move(environ));
    socket->environ_.get().set(SocketBinding{std::weak_ptr<SocketImpl>(socket)});
    socket->hub_->enter(*socket);
    socket->opening_->connect_timer.arm(
        socket->hub_->loop().timers(), socket->hub_->options().connect_timeout,
        [](void* self) {
            auto& late = *static_cast<SocketImpl*>(self);
            late.hub_->counters().reached(session::Limit::connect_timeout);
            late.close(session::CloseReason::forced_server_close);
        },
        socket.get());
    return socket;
}

void SocketImpl::on_bound(std::function<void()> callback) noexcept {
    if (opening_) opening_->on_bound = std::move(callback);
}

Response SocketImpl::run(const App& app) {
    Environ& environ = environ_.get();
    Response response = http::run_app(app, environ);
    environ.erase<SocketBinding>();
    if (!environ_wanted_) environ_.pack();
    return response;
}

void SocketImpl::bind(const Namespaces& namespaces, std::shared_ptr<const ManageOptions> options) {
    if (bound()) throw Error(errc::not_attached, "sio: this session's namespaces have been bound already");
    registry_ = namespaces.registry().shared_from_this();
    registry_->attach(hub_);
    options_ = std::move(options);
    if (state_ == State::new_) state_ = State::connecting;
    if (!opening_) return;  // it has closed meanwhile
    if (const auto callback = std::exchange(opening_->on_bound, nullptr)) callback();
    if (!opening_) return;
    if (rules_.implicit_root) opening_->connect_timer.cancel();
    if (opening_->early.empty() && !rules_.connects_root) {
        early_done_ = true;
        return;
    }
    // The application is up the stack: its namespaces begin when it has returned.
    hub_->post([self = std::static_pointer_cast<SocketImpl>(shared_from_this())] { self->begin(); });
}

// What has waited for the namespaces to be bound.
void SocketImpl::begin() {
    if (!opening_) return;
    early_done_ = true;
    const auto early = std::exchange(opening_->early, {});
    // It is counted until all of it has been passed on, to where what has to wait is counted again.
    const std::size_t bytes = std::exchange(opening_->early_bytes, 0);
    if (rules_.connects_root && channel_) route_or_close({.type = wire::PacketType::connect});
    for (const auto& packet : early) {
        if (!channel_) break;
        if (!route_or_close(packet->packet())) close(session::CloseReason::parse_error);
    }
    remove_event_bytes(bytes);
}

bool SocketImpl::on_packet(const wire::PacketView& packet) {
    ++hits_;
    if (early_done_) return route_or_close(packet);
    if (!opening_) return true;  // it has ended
    const auto& early = *opening_->early.emplace_back(std::make_unique<session::Broadcast>(packet));
    opening_->early_bytes += early.held_bytes();
    add_event_bytes(early.held_bytes());
    return true;
}

void SocketImpl::add_event_bytes(std::size_t bytes) {
    event_bytes_ += bytes;
    hub_->add_event_bytes(bytes);
    judge_reading();
}

void SocketImpl::remove_event_bytes(std::size_t bytes) noexcept {
    event_bytes_ -= bytes;
    hub_->remove_event_bytes(bytes);
    judge_reading();
}

void SocketImpl::add_awaited_ack() noexcept {
    ++awaited_acks_;
    judge_reading();
}

void SocketImpl::remove_awaited_ack() noexcept {
    --awaited_acks_;
    judge_reading();
}

// An acknowledgement that is awaited may stand behind events: it is read on for it, as far again.
void SocketImpl::judge_reading() noexcept {
    const std::size_t limit = hub_->event_bytes_limit();
    const std::size_t more = awaited_acks_ == 0 ? 0 : limit;
    if (!channel_) return;
    if (!paused_ && event_bytes_ > limit + more) {
        hub_->counters().reached(session::Limit::max_queued_event_bytes);
        try {
            if (rare().resume.socket == nullptr) channel_->pause_reading();  // otherwise it has not gone on yet
            paused_ = true;
        } catch (const std::bad_alloc&) {
            // The next event pauses it.
        }
    } else if (paused_ && event_bytes_ <= limit / 2 + more) {
        resume_reading();
    }
}

void SocketImpl::resume_reading() noexcept {
    paused_ = false;
    Resume& resume = rare_->resume;                    // there is one: it was made when reading paused
    if (resume.socket || !hub_->is_current()) return;  // queued already; or the loop has ended
    resume.socket = std::static_pointer_cast<SocketImpl>(shared_from_this());
    hub_->loop().make_ready(resume);
}

void SocketImpl::Resume::run_ready() noexcept {
    const auto self = std::move(socket);
    if (!self->channel_ || self->paused_) return;
    try {
        self->channel_->resume_reading();
    } catch (...) {
        util::log_escaped("dispatch", "reading after a pause");
    }
}

bool SocketImpl::route_or_close(const wire::PacketView& packet) {
    try {
        return route(packet);
    } catch (...) {
        // Not the application's, whose exceptions do not come here: no memory, no stack.
        log(LogLevel::error, "dispatch", "packet lost: " + util::exception_text(std::current_exception()));
        close(session::CloseReason::forced_server_close);
        return true;
    }
}

const ManageOptions& SocketImpl::manage_options() const noexcept {
    static const ManageOptions defaults;
    return options_ ? *options_ : defaults;
}

Environ& SocketImpl::environ() {
    environ_wanted_ = true;
    return environ_.get();
}

SocketImpl::Rare& SocketImpl::rare() {
    if (!rare_) rare_ = std::make_unique<Rare>();
    return *rare_;
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
        case wire::PacketType::connect:
            // A client that gave up waiting, or was told to connect twice, asks again.
            if (!rules_.implicit_root || packet.nsp != "/") connection->announce();
            return true;
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
    } else if (connections_.size() + outlasting_ >= hub_->options().max_namespaces) {
        hub_->counters().reached(session::Limit::max_namespaces);
        refuse(packet.nsp, "Too many namespaces");
    } else {
        if (rare_) std::erase(rare_->left, packet.nsp);
        auto connection =
            std::make_shared<Connection>(std::static_pointer_cast<SocketImpl>(shared_from_this()), *kind,
                                         std::string(packet.nsp), Handshake(*this, packet.data, packet.query));
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
    return rare_ && std::find(rare_->left.begin(), rare_->left.end(), nsp) != rare_->left.end();
}

void SocketImpl::forget(const Connection& connection) noexcept {
    if (channel_ && !has_left(connection.nsp())) {
        auto& left = rare().left;
        if (left.size() >= hub_->options().max_namespaces) left.erase(left.begin());
        left.push_back(connection.nsp());
    }
    std::erase_if(connections_, [&](const auto& known) { return known.get() == &connection; });
}

void SocketImpl::note_connected() noexcept {
    opening_.reset();
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
    rare().sessid = *sessid_;
    sessid_ = &rare_->sessid;
    channel_ = nullptr;
    if (opening_) remove_event_bytes(opening_->early_bytes);
    opening_.reset();
    hub_->leave(*this);
    const auto connections = connections_;
    for (const auto& connection : connections) connection->lose_channel();
    for (const auto& connection : connections) connection->end(reason, false);
    count_outlasting();
    rare_->closed.set();
    on_drained();
}

// The session counts as long as its handlers and jobs run.
void SocketImpl::count_outlasting() noexcept {
    slot_.set_works(outlasting_);
    if (outlasting_ == 0) slot_ = {};
}

void SocketImpl::on_drained() {
    if (rare_) rare_->drained.set();
}

bool SocketImpl::drain(Duration limit) {
    const auto self = shared_from_this();
    constexpr Duration longest = std::chrono::hours(24 * 365);  // beyond, it means for ever
    const bool limited = limit < longest;
    const auto deadline = util::Clock::now() + std::min(limit, longest);
    while (channel_) {
        const std::size_t enough = channel_->queue_rules().low_water();
        if (channel_->queued_bytes() > enough) channel_->flush();
        if (!channel_) break;
        if (channel_->queued_bytes() <= enough) return true;
        Event& drained = rare().drained;
        drained.clear();
        if (!drained.wait(limited ? Duration(deadline - util::Clock::now()) : forever)) break;
    }
    return false;
}

void SocketImpl::pace() {
    if (!channel_ || current_greenlet_id() == 0) return;
    if (channel_->queued_bytes() > channel_->queue_rules().high_water()) drain(forever);
}

void SocketImpl::join() { rare().closed.wait(); }

void SocketImpl::handle_error(const ErrorReport& report) {
    try {
        if (const auto& handler = manage_options().error_handler) {
            handler(*this, report);
        } else {
            default_error_handler(*this, report);
        }
    } catch (...) {
        if (greenlet::is_interruption()) throw;  // of whoever reports: perhaps a handler within a TimeoutScope
        log(LogLevel::error, "dispatch", "the error handler threw " + util::exception_text(std::current_exception()));
    }
}

}  // namespace sio::dispatch
