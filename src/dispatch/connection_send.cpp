// The half of Connection that sends: events, acknowledgements and the answers that are awaited.

#include <exception>
#include <span>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/json_reader.hpp>
#include <sio/log.hpp>

#include "dispatch/connection.hpp"
#include "dispatch/connection_work.hpp"
#include "dispatch/json_hooks.hpp"
#include "dispatch/socket_impl.hpp"
#include "util/saturate_cast.hpp"

namespace sio::dispatch {
namespace {

// Said to the caller, before anything has happened: the client would never learn what it has missed.
void require_carriable(const SocketImpl& socket, std::span<const Binary> attachments) {
    if (attachments.empty() || socket.rules().carries_binary) return;
    throw Error(errc::unsupported, "sio: this client's protocol (Socket.IO 0.9) carries no binary data");
}

}  // namespace

// With SlowClients::pause and in a greenlet: blocks while the client is behind. It may be gone afterwards.
void Connection::pace() {
    if (paces_) socket_->pace();
}

bool Connection::send(const wire::PacketView& view, session::SendFlags flags) {
    if (!channel_) return true;
    wire::PacketView packet = view;
    packet.nsp = nsp_;
    if (state_ == State::connecting) {
        hold(std::make_shared<const session::Broadcast>(packet), flags);
        return true;
    }
    return channel_->send(packet, flags);
}

void Connection::hold(session::BroadcastPtr packet, session::SendFlags flags) {
    Rare& rare = this->rare();
    rare.held_bytes += packet->held_bytes() + sizeof(Held);
    rare.held.push_back({std::move(packet), flags});
    if (rare.held_bytes <= hub_.options().max_held_bytes) return;
    hub_.counters().reached(session::Limit::max_held_bytes);
    log(LogLevel::debug, "dispatch", nsp_ + " (" + sid_ + "): recv_connect() takes too long (max_held_bytes)");
    socket_->close(session::CloseReason::forced_server_close);
}

void Connection::deliver(const session::BroadcastPtr& packet, session::SendFlags flags) {
    if (!channel_) return;
    if (!packet->packet().attachments.empty() && !socket_->rules().carries_binary) {
        log(LogLevel::warning, "dispatch",
            nsp_ + ": a broadcast with binary data leaves out a client of Socket.IO 0.9, whose protocol carries none");
        return;
    }
    if (dumps_) return deliver_dumped(packet, flags);
    if (state_ == State::connecting) {
        hold(packet, flags);
    } else {
        channel_->send(*packet, flags);
    }
}

// In the receiver's dialect, whoever sends it.
void Connection::deliver_dumped(const session::BroadcastPtr& packet, session::SendFlags flags) {
    const auto dumped = hub_.dumped_broadcast().of(packet, socket_->shared_options());
    if (!dumped || !channel_) return;  // json_dumps is the application's: it may have done anything
    if (state_ == State::connecting) {
        hold(dumped, flags);
    } else {
        channel_->send(*dumped, flags);
    }
}

void Connection::send_event(const detail::EmitOptions& options, std::string_view event, std::string_view text,
                            std::vector<Binary>& attachments, std::optional<std::uint64_t> id) {
    try {
        std::string dumped;
        if (const auto& dumps = socket_->manage_options().json_dumps) {
            dumped = apply_json_dumps(dumps, text);
            text = dumped;
        }
        wire::PacketView packet;
        packet.type = wire::PacketType::event;
        packet.id = id;
        packet.name = event;
        packet.data = text;
        packet.attachments = attachments;
        if (!send(packet, {.volatile_ = options.volatile_}) && id) give_up_ack(*id);
    } catch (...) {
        if (id && rare_) rare_->acks.take(*id);  // what was not sent is not answered
        throw;
    }
}

// The client was not asked: it will not answer.
void Connection::give_up_ack(std::uint64_t id) noexcept {
    auto waiting = rare_ ? rare_->acks.take(id) : std::nullopt;
    if (waiting && waiting->handler) fail_callback(std::move(waiting->handler), make_error_code(errc::timeout));
}

void Connection::emit(const detail::EmitOptions& options, std::string_view event, std::string_view text,
                      std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> callback) {
    require_event_name(event);
    if (!options.volatile_) pace();
    if (!channel_) {
        if (callback) fail_callback(std::move(callback), make_error_code(errc::not_connected));
        return;
    }
    hub_.require_current();
    require_carriable(*socket_, attachments);
    std::optional<std::uint64_t> id;
    if (callback) id = rare().acks.add({std::move(callback), nullptr}, options.timeout);
    send_event(options, event, text, attachments, id);
}

void Connection::send_message(const detail::EmitOptions& options, bool is_string, std::string_view text,
                              std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> callback) {
    // Binary data has no place in a message packet; as an event it has.
    if (!attachments.empty()) return emit(options, "message", text, attachments, std::move(callback));
    if (!options.volatile_) pace();
    if (!channel_) {
        if (callback) fail_callback(std::move(callback), make_error_code(errc::not_connected));
        return;
    }
    hub_.require_current();
    wire::PacketView packet;
    packet.type = is_string ? wire::PacketType::message : wire::PacketType::json;
    std::string message;
    if (is_string) {
        JsonReader reader(text);
        reader.read_string(message);
        packet.data = message;
    } else if (dumps_) {
        message = apply_json_dumps(socket_->manage_options().json_dumps, text);
        packet.data = message;
    } else {
        packet.data = text;
    }
    if (callback) packet.id = rare().acks.add({std::move(callback), nullptr}, options.timeout);
    if (!send(packet, {.volatile_ = options.volatile_}) && packet.id) give_up_ack(*packet.id);
}

std::shared_ptr<detail::PendingCall> Connection::begin_call(std::optional<std::chrono::milliseconds> limit,
                                                            std::string_view event, std::string_view text,
                                                            std::vector<Binary>& attachments) {
    require_event_name(event);
    if (current_greenlet_id() == 0) throw Error(errc::not_in_greenlet, "sio: call() blocks, so it needs a greenlet");
    pace();
    if (!channel_) throw Error(errc::not_connected, "sio: call(): the client is not connected");
    hub_.require_current();
    require_carriable(*socket_, attachments);
    // The client answers only what it has been sent.
    accept();
    if (!channel_) throw Error(errc::not_connected, "sio: call(): the client is not connected");
    auto call = std::make_shared<detail::PendingCall>();
    call->limit = limit.value_or(hub_.options().call_timeout);
    call->connection = weak_from_this();
    call->id = rare().acks.add({nullptr, call}, std::nullopt);
    send_event({}, event, text, attachments, call->id);
    return call;
}

Args Connection::finish_call(detail::PendingCall& call) {
    // The place in the table is given up however the wait ends.
    struct Waiting {
        detail::PendingCall& call;
        std::shared_ptr<Connection> connection = call.connection.lock();

        explicit Waiting(detail::PendingCall& which) : call(which) {
            if (connection) connection->socket_->add_awaited_ack();
        }
        ~Waiting() {
            if (!connection) return;
            connection->socket_->remove_awaited_ack();
            connection->rare_->acks.take(call.id);
        }
    } const waiting(call);
    if (!call.done.wait(util::saturated(*call.limit))) {
        throw TimeoutError("sio: call(): the client has not acknowledged in time");
    }
    if (call.error) throw Error(errc::not_connected, "sio: call(): the client was disconnected");
    return std::move(call.args);
}

void Connection::send_ack(std::uint64_t id, const Args& args) {
    pace();
    if (state_ != State::connected) return;
    require_carriable(*socket_, args.attachments());
    wire::PacketView packet;
    packet.type = wire::PacketType::ack;
    packet.id = id;
    packet.data = args.text();
    packet.attachments = args.attachments();
    std::string dumped;
    if (const auto& dumps = socket_->manage_options().json_dumps) {
        dumped = apply_json_dumps(dumps, args.text());
        packet.data = dumped;
    }
    send(packet);
}

bool Connection::take_ack(const wire::PacketView& view) {
    if (state_ == State::disconnected || !view.id) return true;
    auto packet = hub_.take_packet();
    if (!fill(*packet, view)) return false;
    // An id that nobody waits for (a second answer, an invented one) is nothing.
    auto waiting = rare_ ? rare_->acks.take(*view.id) : std::nullopt;
    if (!waiting) {
        hub_.give_back(std::move(packet));
    } else if (waiting->call) {
        waiting->call->args = std::move(packet->args);
        waiting->call->done.set();
    } else {
        run_callback(object_, std::move(waiting->handler), {}, std::move(packet));
    }
    return true;
}

void Connection::run_callback(std::shared_ptr<BaseNamespace> object, std::unique_ptr<detail::AckHandler> handler,
                              std::error_code error, std::unique_ptr<Packet> packet) {
    struct Job {
        std::shared_ptr<BaseNamespace> object;
        Work connection;
        std::unique_ptr<detail::AckHandler> handler;
        std::unique_ptr<Packet> packet;
        std::error_code error;

        void operator()() {
            auto call = [this] { handler->call(error, packet->args); };
            if (const auto thrown = guarded(*object, call)) {
                connection->report_exception(thrown, {}, std::nullopt, false);
            }
            connection->hub().give_back(std::move(packet));
        }
    };
    if (!object) return;
    Work connection(object->connection().shared_from_this());
    auto& loop = connection->hub().loop();
    loop.enter(Job{std::move(object), std::move(connection), std::move(handler), std::move(packet), error});
}

void Connection::fail_callback(std::unique_ptr<detail::AckHandler> handler, std::error_code error) noexcept {
    if (!object_) return;
    // On a later turn: the application may be up the stack.
    struct Job {
        std::shared_ptr<BaseNamespace> object;
        std::unique_ptr<detail::AckHandler> handler;
        std::error_code error;

        void operator()() {
            auto packet = object->connection().hub().take_packet();
            packet->args.assign({});
            run_callback(std::move(object), std::move(handler), error, std::move(packet));
        }
    };
    try {
        hub_.post(Job{object_, std::move(handler), error});
    } catch (const std::bad_alloc&) {
        // Without memory, nobody is told.
    }
}

void Connection::on_ack_timeout(std::unique_ptr<detail::AckHandler> handler) noexcept {
    fail_callback(std::move(handler), make_error_code(errc::timeout));
}

}  // namespace sio::dispatch
