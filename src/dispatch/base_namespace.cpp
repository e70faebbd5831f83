#include <sio/namespace.hpp>

#include <string>
#include <utility>

#include <sio/environ.hpp>
#include <sio/error.hpp>

#include "dispatch/connection.hpp"
#include "dispatch/guard.hpp"
#include "dispatch/json_hooks.hpp"
#include "dispatch/socket_impl.hpp"
#include "util/printable.hpp"

namespace sio {
namespace {

// What of a client's text is repeated to it in an error.
std::string in_quotes(std::string_view name) {
    constexpr std::size_t most = 100;
    std::string text = "\"";
    text += name.substr(0, most);
    text += name.size() > most ? "...\"" : "\"";
    return text;
}

Reply no_arguments() { return Reply(std::in_place); }

// For what never changes, and may be asked for on any thread.
dispatch::Connection& attached(const std::shared_ptr<dispatch::Connection>& connection) {
    if (!connection) {
        throw Error(errc::not_attached,
                    "sio: a namespace object was used in its constructor; initialize() is the place for that");
    }
    return *connection;
}

}  // namespace

BaseNamespace::BaseNamespace() = default;
BaseNamespace::~BaseNamespace() = default;

void BaseNamespace::attach(std::shared_ptr<dispatch::Connection> connection) noexcept {
    connection_ = std::move(connection);
}

dispatch::Connection& BaseNamespace::connection() const {
    dispatch::Connection& connection = attached(connection_);
    dispatch::guard(connection);
    return connection;
}

// ---- what it belongs to

Environ& BaseNamespace::environ() const { return connection().socket().environ(); }
Socket& BaseNamespace::socket() const { return connection().socket(); }
SocketSession& BaseNamespace::session() const { return connection().socket().session_; }
const std::any& BaseNamespace::request() const { return connection().socket().manage_options().request; }
const std::string& BaseNamespace::ns_name() const { return attached(connection_).nsp(); }
const std::string& BaseNamespace::sid() const { return attached(connection_).sid(); }
const Handshake& BaseNamespace::handshake() const { return attached(connection_).handshake(); }

bool BaseNamespace::connected() const {
    if (connection_) dispatch::guard(*connection_);
    return connection_ && connection_->state() != dispatch::Connection::State::disconnected;
}

std::string_view BaseNamespace::disconnect_reason() const {
    if (connection_) dispatch::guard(*connection_);
    return connection_ ? connection_->disconnect_reason() : std::string_view();
}

// ---- hooks

void BaseNamespace::recv_disconnect() { disconnect_silently(); }
void BaseNamespace::recv_message(const std::string&) { connection().note_unhandled(); }
void BaseNamespace::recv_json(const Args&) { connection().note_unhandled(); }
void BaseNamespace::recv_error(const Packet&) {}

// ---- access

bool BaseNamespace::is_method_allowed(std::string_view method) const { return connection().acl().allows(method); }
void BaseNamespace::add_acl_method(std::string_view method) { connection().acl().add(method); }
void BaseNamespace::del_acl_method(std::string_view method) { connection().acl().remove(method); }
void BaseNamespace::lift_acl_restrictions() { connection().acl().reset(std::nullopt); }
void BaseNamespace::reset_acl() { connection().acl().reset(get_initial_acl()); }

std::optional<std::vector<std::string>> BaseNamespace::allowed_methods() const { return connection().acl().list(); }

// ---- dispatch

Reply BaseNamespace::process_packet(const Packet& packet) {
    switch (packet.type) {
        case PacketType::event: return process_event(packet);
        case PacketType::message:
        case PacketType::json: {
            // One name for it in all generations: the event `message`, or else recv_message() and recv_json().
            Packet event = packet;
            event.name = "message";
            if (packet.type == PacketType::message) {
                event.args.append(packet.data);
            } else {
                event.args = Args(packet.data);
            }
            return process_event(event);
        }
        case PacketType::connect: return call_method_with_acl("recv_connect", packet);
        case PacketType::disconnect: return call_method_with_acl("recv_disconnect", packet);
        case PacketType::error: return call_method_with_acl("recv_error", packet);
        case PacketType::ack: break;
    }
    error(error_name::invalid_packet, "unexpected packet", packet.id);
    return std::nullopt;
}

Reply BaseNamespace::process_event(const Packet& packet) {
    if (const auto* const method = connection().find_event(packet.name)) {
        return call_method_with_acl(method->method, packet);
    }
    if (packet.name == "message") {
        JsonReader reader(packet.args.text(), packet.args.attachments());
        const bool is_text = reader.next_argument() && reader.kind() == JsonKind::string;
        return call_method_with_acl(is_text ? "recv_message" : "recv_json", packet);
    }
    if (is_reserved_event(packet.name)) {
        error(error_name::unallowed_event_name, "The event name " + in_quotes(packet.name) + " is reserved", packet.id);
        return std::nullopt;
    }
    return call_method_with_acl(dispatch::method_name(packet.name), packet);
}

Reply BaseNamespace::call_method_with_acl(std::string_view method, const Packet& packet) {
    if (!is_method_allowed(method)) {
        error(error_name::method_access_denied, "You do not have access to method " + in_quotes(method), packet.id);
        return std::nullopt;
    }
    return call_method(method, packet);
}

Reply BaseNamespace::call_method(std::string_view method, const Packet& packet) {
    auto& to = connection();
    to.take_unhandled();
    if (const auto* const found = to.find_method(method, packet)) return found->call(to.self(), packet);
    if (method == "recv_connect") {
        recv_connect();
    } else if (method == "recv_disconnect") {
        recv_disconnect();
    } else if (method == "recv_message") {
        recv_message(packet.args.get<std::string>(0));
    } else if (method == "recv_json") {
        recv_json(packet.args);
    } else if (method == "recv_error") {
        recv_error(packet);
    } else {
        error(error_name::no_such_method, "The method " + in_quotes(method) + " was not found", packet.id);
        return std::nullopt;
    }
    if (to.take_unhandled()) {
        // Silence for those who expect nothing, as in gevent-socketio; but no acknowledgement of what nobody has seen.
        if (packet.id) error(error_name::no_such_method, "Nobody handles messages here", packet.id);
        return std::nullopt;
    }
    return no_arguments();
}

// ---- sending

void BaseNamespace::emit_text(const detail::EmitOptions& options, std::string_view event, std::string_view text,
                              std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack) {
    connection().emit(options, event, text, attachments, std::move(ack));
}

void BaseNamespace::send_text(const detail::EmitOptions& options, bool is_string, std::string_view text,
                              std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack) {
    connection().send_message(options, is_string, text, attachments, std::move(ack));
}

std::shared_ptr<detail::PendingCall> BaseNamespace::begin_call(std::optional<std::chrono::milliseconds> limit,
                                                               std::string_view event, std::string_view text,
                                                               std::vector<Binary>& attachments) {
    return connection().begin_call(limit, event, text, attachments);
}

Args BaseNamespace::finish_call(detail::PendingCall& pending) { return dispatch::Connection::finish_call(pending); }

bool BaseNamespace::drain(Duration limit) { return socket().drain(limit); }

void BaseNamespace::error(std::string_view name, std::string_view message, std::optional<std::uint64_t> msg_id,
                          bool quiet) {
    ErrorReport report;
    report.name = name;
    report.message = message;
    report.endpoint = ns_name();
    report.msg_id = msg_id;
    report.quiet = quiet;
    connection().report(report);
}

void BaseNamespace::disconnect() { connection().end(session::CloseReason::server_namespace_disconnect, true); }

void BaseNamespace::disconnect_silently() {
    connection().end(session::CloseReason::server_namespace_disconnect, false);
}

// ---- others

BroadcastOperator BaseNamespace::everyone() const {
    detail::BroadcastTarget target;
    target.nsp = ns_name();
    return BroadcastOperator(connection().scope(), std::move(target));
}

BroadcastOperator BaseNamespace::broadcast() const { return everyone().except(sid()); }
BroadcastOperator BaseNamespace::to(std::string_view room) const { return broadcast().to(room); }
BroadcastOperator BaseNamespace::except(std::string_view room) const { return broadcast().except(room); }

void BaseNamespace::join_room(std::string_view room) { connection().join(room); }
void BaseNamespace::leave_room(std::string_view room) { connection().leave(room); }
std::vector<std::string> BaseNamespace::joined_rooms() const { return connection().rooms(); }

// ---- jobs

void BaseNamespace::keep_job(std::uint64_t job, const AnyGreenlet& greenlet) { connection().keep_job(job, greenlet); }

void BaseNamespace::kill_local_jobs() { connection().kill_jobs(); }

void BaseNamespace::log(LogLevel level, std::string_view text) const {
    if (!log_enabled(level)) return;
    std::string line = connection_ ? ns_name() + " (" + sid() + "): " : std::string();
    line += text;
    sio::log(level, "app", util::printable(line));
}

namespace detail {

void run_initialize(BaseNamespace& self) { self.initialize(); }

LocalJob::LocalJob(BaseNamespace& self) : self_(self.shared_from_this()), id_(self.connection().new_job()) {}

LocalJob::~LocalJob() {
    // Also when the loop has ended: no guard.
    if (self_) self_->connection_->forget_job(id_);
}

void LocalJob::run(const Invocation& function) const {
    try {
        self_->exception_handler_decorator(function);
    } catch (const GreenletExit&) {
        throw;
    } catch (...) {
        // The greenlet passes it on to whoever joins it, or logs it.
        self_->connection().report_exception(std::current_exception(), {}, std::nullopt, true);
        throw;
    }
}

void refuse_arguments(BaseNamespace& self, const Packet& packet, const ArgumentsRead& result, const JsonReader& reader,
                      std::size_t required, std::size_t allowed) {
    std::string message;
    switch (result.status) {
        case ArgumentsRead::Status::bad: message = describe_bad_argument(result.index, reader); break;
        case ArgumentsRead::Status::missing:
            message =
                "expected at least " + std::to_string(required) + " arguments, got " + std::to_string(result.index);
            break;
        default: message = "expected at most " + std::to_string(allowed) + " arguments"; break;
    }
    self.error(error_name::invalid_method_args, message, packet.id);
}

}  // namespace detail
}  // namespace sio
