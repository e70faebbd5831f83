#pragma once

#include <any>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/args.hpp>
#include <sio/broadcast_operator.hpp>
#include <sio/connection_refused.hpp>
#include <sio/detail/emit.hpp>
#include <sio/error.hpp>
#include <sio/error_handler.hpp>
#include <sio/event_table.hpp>
#include <sio/greenlet.hpp>
#include <sio/handshake.hpp>
#include <sio/invocation.hpp>
#include <sio/log.hpp>
#include <sio/packet.hpp>
#include <sio/socket_session.hpp>

namespace sio {

class Environ;
class Socket;
class Emitter;

namespace dispatch {
class Connection;
}
namespace detail {
struct PendingCall;

/// A job of a namespace, which keeps it alive: on the books as long as this is.
class LocalJob {
public:
    explicit LocalJob(BaseNamespace& self);
    LocalJob(LocalJob&& other) noexcept = default;
    LocalJob& operator=(LocalJob&&) = delete;
    ~LocalJob();

    /// Runs the job's function within the namespace's exception_handler_decorator(). What passes is reported and thrown on.
    void run(const Invocation& function) const;
    /// Says which greenlet it is.
    std::uint64_t id() const noexcept { return id_; }

private:
    std::shared_ptr<BaseNamespace> self_;
    std::uint64_t id_;
};
}  // namespace detail

/// One client in one namespace: derive from it, virtually, and say what its events do.
///
///     class ChatNamespace : public virtual sio::BaseNamespace, public sio::RoomsMixin {
///     public:
///         static void events(sio::EventTable<ChatNamespace>& on) { on("join", &ChatNamespace::on_join); }
///     private:
///         bool on_join(std::string room);
///     };
///
/// An object is made for each client that connects to the namespace, and stays until that has ended and its last handler
/// and job have returned.
///
/// Threads: everything of one client happens on its worker's thread, so its handlers never race; on another thread all
/// but sid(), ns_name() and handshake() throws std::logic_error. They run in greenlets and may
/// block. Events of one client in one namespace are handled one after another, in order: while a handler blocks, the next
/// events wait (SocketOptions::max_queued_event_bytes), but acknowledgements and the disconnection do not.
///
/// After the disconnection a handler that was blocking goes on; what it emits is dropped silently, call() throws
/// Error(errc::not_connected), events that still waited are not handled. connected() tells.
///
/// Errors: using it in its constructor throws Error(errc::not_attached); initialize() is the place.
///
/// gevent-socketio: BaseNamespace, method for method.
class BaseNamespace : public std::enable_shared_from_this<BaseNamespace> {
public:
    BaseNamespace();
    virtual ~BaseNamespace();
    BaseNamespace(const BaseNamespace&) = delete;
    BaseNamespace& operator=(const BaseNamespace&) = delete;

    // ---- what it belongs to

    /// The request that opened the session, as the app saw it.
    Environ& environ() const;
    /// The connection, which other namespaces share.
    Socket& socket() const;
    /// What is remembered about the client, shared by the namespaces of the socket.
    SocketSession& session() const;
    /// What was given to socketio_manage() as `request`: any value, empty when none was.
    const std::any& request() const;
    /// The same as a T. Throws std::bad_any_cast when it is none.
    template <class T>
    const T& request() const {
        return std::any_cast<const T&>(request());
    }
    /// `/chat`.
    const std::string& ns_name() const;
    /// The id of this client in this namespace: 20 random characters, which may be shown to others; also a room that only this
    /// socket is in. Clients from 3.0 on know it (`socket.id`). What older ones take for their id is Socket::sessid(), which is
    /// a secret: tell them this one if they are to know it.
    const std::string& sid() const;
    const Handshake& handshake() const;
    /// False once the client has been disconnected from the namespace, for whatever reason.
    bool connected() const;
    /// Why it was disconnected, in the reference server's words: `transport close`, `ping timeout`,
    /// `client namespace disconnect`, `server namespace disconnect`, ... Empty while connected.
    std::string_view disconnect_reason() const;

    // ---- what happens to it: override

    /// Runs first, when the client connects. Classes taken over by EventTable::inherit() run theirs before.
    virtual void initialize() {}
    /// The client connects. Throw ConnectionRefused to turn it away. It is told of the connection when this returns, and
    /// what was emitted in it follows; call() tells it at once.
    virtual void recv_connect() {}
    /// The client has been disconnected, by itself, by the application or because the connection ended; runs once.
    /// Rooms have been left; RoomsMixin::rooms() still says which they were.
    virtual void recv_disconnect();
    /// Text that a client sent with `send()`, unless the table has an event `message`. Not overridden, it is not acknowledged.
    virtual void recv_message(const std::string& data);
    /// Another value that a client sent with `send()`: the one argument of `data`. Likewise.
    virtual void recv_json(const Args& data);
    /// An error packet, which only 0.9 clients send.
    virtual void recv_error(const Packet& packet);

    // ---- who may do what

    /// Names of the methods that may be called at first: events as `user message` or `on_user_message`, and
    /// `recv_connect` and its like. Nothing (the default): all; an empty list: none.
    /// What is denied is answered with the error `method_access_denied`.
    virtual std::optional<std::vector<std::string>> get_initial_acl() { return std::nullopt; }
    bool is_method_allowed(std::string_view method) const;
    /// With nothing forbidden so far, this allows that one method only.
    void add_acl_method(std::string_view method);
    /// No effect where everything is allowed.
    void del_acl_method(std::string_view method);
    /// Allows everything.
    void lift_acl_restrictions();
    /// Goes back to get_initial_acl().
    void reset_acl();
    /// The list as it is; nothing: everything is allowed.
    std::optional<std::vector<std::string>> allowed_methods() const;

    // ---- dispatch: override to route in your own way

    /// Every packet of the namespace but acknowledgements comes through here. Returns what the client's acknowledgement
    /// is to hold, which is sent if it asked for one.
    virtual Reply process_packet(const Packet& packet);
    /// An event: finds its method and calls call_method_with_acl().
    virtual Reply process_event(const Packet& packet);
    /// `method`: `on_<event, spaces as _>` or `recv_...`.
    virtual Reply call_method_with_acl(std::string_view method, const Packet& packet);
    virtual Reply call_method(std::string_view method, const Packet& packet);
    /// Runs a handler or a spawned job. Override to see, wrap or replace what they throw:
    ///
    ///     void exception_handler_decorator(const sio::Invocation& run) override {
    ///         try { run(); } catch (const DatabaseError& error) { this->error("database", "try again later"); }
    ///     }
    ///
    /// What passes through it is logged with namespace, event and sid, and reported to the error handler. GreenletExit,
    /// which is no std::exception, must pass through.
    virtual void exception_handler_decorator(const Invocation& run) { run(); }

    // ---- sending

    /// Sends an event to the client, each value as an argument; see json_convert.hpp for what can be sent. sio::Binary
    /// values, at any depth, travel as attachments. A callable at the end asks for an acknowledgement, and is called with
    /// its arguments, converted to its parameters (extra ones are ignored):
    ///
    ///     emit("question", 42, [](std::string answer) { ... });
    ///     timeout(5s).emit("question", 42, [](std::error_code error, std::string answer) { ... });
    ///
    /// A first parameter of type std::error_code says when none came: errc::timeout, errc::not_connected,
    /// errc::invalid_value for one of other types. Without it the callback is then not called.
    /// Dropped silently when the client is gone. Returns at once, unless SlowClients::pause says that it waits for a client
    /// that is behind. Throws std::invalid_argument for a reserved event name, and
    /// Error(errc::limit_exceeded) beyond SocketOptions::max_pending_acks.
    template <class... A>
    void emit(std::string_view event, A&&... arguments) {
        emit_with(detail::EmitOptions(), event, std::forward<A>(arguments)...);
    }
    /// The same, but the client may miss it when it is not ready to take it at once: a callback is then told errc::timeout.
    template <class... A>
    void volatile_emit(std::string_view event, A&&... arguments) {
        emit_with(detail::EmitOptions{true, std::nullopt}, event, std::forward<A>(arguments)...);
    }
    /// Emits and blocks the greenlet until the client has acknowledged. `call<int>("question", 42)` returns the first
    /// argument of its answer as an int, `call<int, std::string>` a tuple, and `call` all of them as sio::Args.
    ///
    /// Throws Timeout after SocketOptions::call_timeout (timeout(d).call(...) for another limit),
    /// Error(errc::not_connected) when the client is or goes away, Error(errc::invalid_value) for an answer of other types,
    /// Error(errc::not_in_greenlet).
    template <class... T, class... A>
    typename detail::CallResult<T...>::type call(std::string_view event, A&&... arguments) {
        return call_with<T...>(std::nullopt, event, std::forward<A>(arguments)...);
    }
    /// Says how long to wait for the acknowledgement of what follows. Zero or less: not at all, as a deadline that has passed;
    /// `std::chrono::milliseconds::max()`: for ever.
    [[nodiscard]] Emitter timeout(std::chrono::milliseconds limit);

    /// Sends a message without an event name: a string as text, other values as JSON. Clients from 1.0 on see the event
    /// `message`. A callable at the end asks for an acknowledgement, which those clients may give.
    template <class T, class... A>
    void send(const T& message, A&&... callback) {
        static_assert(sizeof...(A) <= 1, "sio: send() takes one message and perhaps a callback");
        detail::emit_values(
            [&](std::string& text, std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack) {
                send_text(detail::EmitOptions(), std::is_convertible_v<const T&, std::string_view>, text, attachments,
                          std::move(ack));
            },
            message, std::forward<A>(callback)...);
    }

    /// Blocks the greenlet until the client has caught up with most of what it was sent; see Socket::drain().
    bool drain(Duration limit = forever);

    /// Reports an error to the error handler (socketio_manage()), which by default logs it and, unless `quiet`, emits the
    /// event `error` with name and message.
    void error(std::string_view name, std::string_view message, std::optional<std::uint64_t> msg_id = std::nullopt,
               bool quiet = false);

    /// Ends this namespace for the client and kills its jobs; recv_disconnect() runs afterwards. No effect when that has
    /// happened. Other namespaces and the connection stay; socket().disconnect() ends them all.
    void disconnect();
    /// The same, but the client is not told: it believes itself connected, and what it sends is ignored. gevent-socketio:
    /// `disconnect(silent=True)`.
    void disconnect_silently();
    /// `true` would mean something else to everybody: "silently" in gevent-socketio, "the whole connection" in Socket.IO.
    template <std::same_as<bool> Flag>
    void disconnect(Flag) {
        static_assert(!sizeof(Flag),
                      "sio: say disconnect_silently(), or socket().disconnect() for the whole connection");
    }

    // ---- others in the namespace

    /// Members of `room`, or the socket of that sid, without this one.
    [[nodiscard]] BroadcastOperator to(std::string_view room) const;
    /// Everyone in the namespace but members of `room` (or that sid) and this one.
    [[nodiscard]] BroadcastOperator except(std::string_view room) const;
    /// Everyone in the namespace but this one.
    [[nodiscard]] BroadcastOperator broadcast() const;
    /// Everyone in the namespace, this one included.
    [[nodiscard]] BroadcastOperator everyone() const;

    // ---- jobs

    /// Runs `function(arguments...)` in a new greenlet, as sio::spawn() does, that belongs to this namespace: it is killed
    /// when the client is disconnected from it. What it throws is reported to the error handler, too.
    template <class F, class... A>
    auto spawn(F&& function, A&&... arguments);
    /// Kills the jobs that spawn() started and that still run, but for the one that calls it.
    void kill_local_jobs();

    /// Writes a line to the log, with namespace and sid.
    void log(std::string_view text) const { log(LogLevel::info, text); }
    void log(LogLevel level, std::string_view text) const;

    /// For sio itself.
    void attach(std::shared_ptr<dispatch::Connection> connection) noexcept;
    dispatch::Connection& connection() const;

protected:
    // For mixins.

    /// Throws Error(errc::limit_exceeded) beyond SocketOptions::max_rooms. No effect when not connected.
    void join_room(std::string_view room);
    void leave_room(std::string_view room);
    std::vector<std::string> joined_rooms() const;

private:
    friend class Emitter;
    friend class detail::LocalJob;

    template <class... A>
    void emit_with(const detail::EmitOptions& options, std::string_view event, A&&... arguments) {
        constexpr bool in_order = detail::callback_is_last<A...>();
        static_assert(in_order, "sio: the callback must be the last argument of emit()");
        if constexpr (in_order) {
            detail::emit_values(
                [&](std::string& text, std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack) {
                    emit_text(options, event, text, attachments, std::move(ack));
                },
                std::forward<A>(arguments)...);
        }
    }
    template <class... T, class... A>
    typename detail::CallResult<T...>::type call_with(std::optional<std::chrono::milliseconds> limit,
                                                      std::string_view event, A&&... arguments) {
        constexpr bool readable = (true && ... && JsonReadable<T>);
        static_assert(readable, "sio: call<T>() cannot read a T from JSON");
        static_assert(!detail::has_callback<A...>(), "sio: call() waits for the acknowledgement; it takes no callback");
        std::shared_ptr<detail::PendingCall> pending;
        detail::emit_values([&](std::string& text, std::vector<Binary>& attachments,
                                auto&&) { pending = begin_call(limit, event, text, attachments); },
                            std::forward<A>(arguments)...);
        return detail::call_result<T...>(finish_call(*pending));
    }
    void emit_text(const detail::EmitOptions& options, std::string_view event, std::string_view text,
                   std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack);
    void send_text(const detail::EmitOptions& options, bool is_string, std::string_view text,
                   std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> ack);
    std::shared_ptr<detail::PendingCall> begin_call(std::optional<std::chrono::milliseconds> limit,
                                                    std::string_view event, std::string_view text,
                                                    std::vector<Binary>& attachments);
    static Args finish_call(detail::PendingCall& pending);

    void keep_job(std::uint64_t job, const AnyGreenlet& greenlet);

    std::shared_ptr<dispatch::Connection> connection_;
};

/// Emits with a time limit for the acknowledgement, or so that it may be missed; see BaseNamespace::timeout().
///
/// For use at once: it refers to the namespace.
class Emitter {
public:
    [[nodiscard]] Emitter timeout(std::chrono::milliseconds limit) const noexcept {
        Emitter next = *this;
        next.options_.timeout = limit;
        return next;
    }
    [[nodiscard]] Emitter volatile_() const noexcept {
        Emitter next = *this;
        next.options_.volatile_ = true;
        return next;
    }
    /// The callback takes a std::error_code first: without it, nobody would hear of a limit that has passed.
    template <class... A>
    void emit(std::string_view event, A&&... arguments) const {
        constexpr bool tells = (true && ... && detail::hears_of_failure<A>());
        static_assert(tells, "sio: a callback with a time limit takes a std::error_code as its first parameter");
        self_->emit_with(options_, event, std::forward<A>(arguments)...);
    }
    template <class... T, class... A>
    typename detail::CallResult<T...>::type call(std::string_view event, A&&... arguments) const {
        return self_->template call_with<T...>(options_.timeout, event, std::forward<A>(arguments)...);
    }

private:
    friend class BaseNamespace;
    Emitter(BaseNamespace& self, detail::EmitOptions options) noexcept : self_(&self), options_(options) {}

    BaseNamespace* self_;
    detail::EmitOptions options_;
};

template <class F, class... A>
auto BaseNamespace::spawn(F&& function, A&&... arguments) {
    using Result = std::decay_t<std::invoke_result_t<std::decay_t<F>, std::decay_t<A>...>>;
    detail::LocalJob job(*this);
    const auto id = job.id();
    auto greenlet = sio::spawn([job = std::move(job), call = std::make_tuple(std::forward<F>(function)),
                                kept = std::tuple<std::decay_t<A>...>(std::forward<A>(arguments)...)]() mutable {
        auto invoke = [&]() -> Result { return std::apply(std::move(std::get<0>(call)), std::move(kept)); };
        if constexpr (std::is_void_v<Result>) {
            job.run(Invocation(invoke));
        } else {
            std::optional<Result> result;
            auto fill = [&] { result.emplace(invoke()); };
            job.run(Invocation(fill));
            if (!result) throw Error(errc::killed, "sio: exception_handler_decorator() kept what the job threw");
            return std::move(*result);
        }
    });
    keep_job(id, greenlet);
    return greenlet;
}

inline Emitter BaseNamespace::timeout(std::chrono::milliseconds limit) {
    return Emitter(*this, detail::EmitOptions{false, limit});
}

}  // namespace sio
