#include "dispatch/connection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <sio/connection_refused.hpp>
#include <sio/greenlet.hpp>
#include <sio/json_object.hpp>
#include <sio/json_writer.hpp>
#include <sio/log.hpp>

#include "dispatch/connection_work.hpp"
#include "dispatch/generation_rules.hpp"
#include "dispatch/json_hooks.hpp"
#include "dispatch/socket_impl.hpp"
#include "greenlet/task_label.hpp"
#include "util/exception_text.hpp"
#include "util/printable.hpp"
#include "util/secure_id.hpp"

namespace sio::dispatch {
namespace {

PacketType public_type(wire::PacketType type) noexcept {
    switch (type) {
        case wire::PacketType::connect: return PacketType::connect;
        case wire::PacketType::disconnect: return PacketType::disconnect;
        case wire::PacketType::event: return PacketType::event;
        case wire::PacketType::ack: return PacketType::ack;
        case wire::PacketType::connect_error: return PacketType::error;
        case wire::PacketType::message: return PacketType::message;
        case wire::PacketType::json: return PacketType::json;
    }
    return PacketType::error;
}

/// What it costs to keep it waiting.
std::size_t held_bytes(const Packet& packet) noexcept {
    constexpr std::size_t list_node = 4 * sizeof(void*);
    std::size_t bytes = sizeof packet + list_node + packet.name.size() + packet.endpoint.size() +
                        packet.data.capacity() + packet.args.text().capacity();
    for (const Binary& attachment : packet.args.attachments()) bytes += sizeof attachment + attachment.size();
    return bytes;
}

/// What a watchdog is to call the event. Rows of event tables live as long as the process.
const greenlet::TaskLabel& task_label(const detail::EventMethod& event, const std::string& nsp) {
    // Busy servers have few events: nearly always this is two comparisons.
    struct Known {
        const detail::EventMethod* event = nullptr;
        std::string nsp;
        const greenlet::TaskLabel* label = nullptr;
    };
    thread_local std::array<Known, 64> known;
    const std::size_t hash = reinterpret_cast<std::uintptr_t>(&event) / alignof(std::max_align_t) + nsp.size();
    Known& place = known[hash % known.size()];
    if (place.event != &event || place.nsp != nsp) {
        std::string text = nsp;
        text += " \"" + event.event + '"';
        place = {&event, nsp, &greenlet::TaskLabel::constant(text)};
    }
    return *place.label;
}

}  // namespace

/// The time in which handlers of one connection run: ends also when the greenlet is killed.
class Connection::Busy {
public:
    explicit Busy(Connection& connection) noexcept : connection_(connection) { connection_.busy_ = true; }
    ~Busy() {
        connection_.busy_ = false;
        // Not empty only when the greenlet was killed on its way.
        if (!connection_.queue_empty()) connection_.go_on_later();
    }

private:
    Connection& connection_;
};

/// A greenlet that does something with a packet. Members go in the reverse of their order: the connection last.
struct Connection::HandleJob {
    Work connection;
    void (Connection::*run)(std::unique_ptr<Packet>);
    std::unique_ptr<Packet> packet;

    void operator()() { ((*connection).*run)(std::move(packet)); }
};

/// The end of a connection. Lets the object go even when the loop stops before it has run.
struct Connection::FinishJob {
    Work connection;

    explicit FinishJob(std::shared_ptr<Connection> which) noexcept : connection(std::move(which)) {}
    FinishJob(FinishJob&&) noexcept = default;
    ~FinishJob() {
        if (connection) connection->release();
    }
    void operator()() { connection->finish(); }
};

Connection::Connection(std::shared_ptr<SocketImpl> socket, const detail::NamespaceClass& kind, std::string nsp,
                       Handshake handshake)
    : socket_(std::move(socket)),
      hub_(*socket_->hub()),
      channel_(socket_->channel()),
      paces_(channel_->queue_rules().policy == SlowClients::pause),
      dumps_(socket_->manage_options().json_dumps != nullptr),
      kind_(kind),
      nsp_(std::move(nsp)),
      sid_(util::make_secure_id()),
      handshake_(std::move(handshake)) {}

Connection::~Connection() = default;

Connection::Rare& Connection::rare() {
    if (!rare_) rare_ = std::make_unique<Rare>(*this);
    return *rare_;
}

std::string_view Connection::disconnect_reason() const noexcept {
    return state_ == State::disconnected ? session::reason_text(reason_) : std::string_view();
}

// ---- packets of the client

// Makes the packet the application's: with storage of its own, since handlers may outlive what the view refers to.
bool Connection::fill(Packet& packet, const wire::PacketView& view) {
    packet.type = public_type(view.type);
    packet.endpoint = nsp_;
    packet.id = view.id;
    packet.name = view.name;
    packet.data.clear();
    const std::size_t depth = hub_.options().max_json_depth;
    if (view.type == wire::PacketType::event || view.type == wire::PacketType::ack) {
        ArgumentCheck& check = hub_.argument_check();
        if (!check.check(view.array, view.data, depth)) return false;
        if (!view.attachments.empty() && !placeholders_are_valid(check.data(), view.attachments)) return false;
        packet.args.assign(check.data(), view.attachments);
        const auto& loads = socket_->manage_options().json_loads;
        return !loads || apply_json_loads(loads, packet.args);
    }
    const bool is_json_text = view.type == wire::PacketType::connect || view.type == wire::PacketType::json ||
                              view.type == wire::PacketType::connect_error;
    if (is_json_text && !view.data.empty() && !is_json(view.data, depth)) return false;
    packet.data = view.data;
    packet.args.assign({});
    return true;
}

bool Connection::take(const wire::PacketView& view) {
    if (state_ == State::disconnected) return true;
    auto packet = hub_.take_packet();
    if (!fill(*packet, view)) return false;
    if (busy_) {
        enqueue(std::move(packet));
    } else {
        run(&Connection::handle, std::move(packet));
    }
    return true;
}

void Connection::run(void (Connection::*function)(std::unique_ptr<Packet>), std::unique_ptr<Packet> packet) {
    busy_ = true;
    try {
        hub_.loop().enter(HandleJob{Work(shared_from_this()), function, std::move(packet)});
    } catch (...) {
        busy_ = false;  // there was no stack for a greenlet
        throw;
    }
}

void Connection::enqueue(std::unique_ptr<Packet> packet) {
    const std::size_t bytes = held_bytes(*packet);
    rare().queue.push_back(std::move(packet));
    socket_->add_event_bytes(bytes);
}

std::unique_ptr<Packet> Connection::dequeue() noexcept {
    auto packet = std::move(rare_->queue.front());
    rare_->queue.pop_front();
    socket_->remove_event_bytes(held_bytes(*packet));
    return packet;
}

void Connection::stop_queue() noexcept {
    while (!queue_empty()) dequeue();
}

void Connection::handle(std::unique_ptr<Packet> packet) {
    const auto object = object_;  // stays until the last handler has returned
    const Busy busy(*this);
    handle_one(*object, *packet);
    hub_.give_back(std::move(packet));
    handle_queued(*object);
}

// What the handler's end has left waiting is handled by another greenlet, in order.
void Connection::go_on_later() noexcept {
    busy_ = true;
    try {
        const bool posted = !hub_.loop().stopping() && hub_.post([self = shared_from_this()] {
            self->busy_ = false;
            if (!self->queue_empty()) self->run(&Connection::handle_rest, nullptr);
        });
        if (posted) return;
    } catch (const std::bad_alloc&) {
        // Nobody is left to handle it.
    }
    busy_ = false;
    stop_queue();
}

void Connection::handle_rest(std::unique_ptr<Packet>) {
    const auto object = object_;
    const Busy busy(*this);
    handle_queued(*object);
}

void Connection::handle_queued(BaseNamespace& object) {
    while (!queue_empty() && state_ != State::disconnected) {
        auto packet = dequeue();
        handle_one(object, *packet);
        hub_.give_back(std::move(packet));
    }
}

void Connection::handle_one(BaseNamespace& object, const Packet& packet) {
    struct Handled {
        const Packet*& place;
        ~Handled() { place = nullptr; }
    } const handled{handled_};
    handled_ = &packet;
    Reply reply;
    auto process = [&] { reply = object.process_packet(packet); };
    auto thrown = guarded(object, process);
    if (!thrown && reply && packet.id) {
        try {
            send_ack(*packet.id, *reply);
        } catch (const GreenletExit&) {
            throw;
        } catch (...) {  // json_dumps is the application's
            thrown = std::current_exception();
        }
    }
    if (thrown) report_exception(thrown, packet.name, packet.id, false);
}

std::exception_ptr Connection::guarded(BaseNamespace& object, const Invocation& function) {
    try {
        object.exception_handler_decorator(function);
        return nullptr;
    } catch (const GreenletExit&) {
        throw;
    } catch (...) {
        return std::current_exception();
    }
}

// ---- connecting

void Connection::begin() {
    auto packet = hub_.take_packet();
    packet->type = PacketType::connect;
    packet->endpoint = nsp_;
    packet->id.reset();
    packet->name.clear();
    packet->data = handshake_.auth_text();
    packet->args.assign({});
    run(&Connection::connect, std::move(packet));
}

// False when the client has left while its object was made, which may have blocked.
bool Connection::make_object() {
    detail::MadeNamespace made = kind_.make();
    if (!made.object) throw std::logic_error("the namespace's factory returned null");
    if (state_ == State::disconnected) return false;
    object_ = std::move(made.object);
    self_ = made.self;
    object_->attach(shared_from_this());
    hub_.adapter().add(*this);
    return true;
}

void Connection::connect(std::unique_ptr<Packet> packet) {
    // Unless everything goes well, nobody will need the object. The end of the channel comes here, too.
    struct ReleaseUnlessAccepted {
        Connection& connection;
        ~ReleaseUnlessAccepted() {
            if (!connection.accepted_ && connection.state_ == State::disconnected) connection.release();
        }
    } const release_unless_accepted{*this};
    const Busy busy(*this);
    std::exception_ptr thrown;
    std::shared_ptr<BaseNamespace> object;
    bool told = false;
    try {
        if (!make_object()) return;
        object = object_;
        auto set_up = [&] {
            acl_.reset(object->get_initial_acl());
            kind_.events->initialize(self_);
            // That may have blocked, too: a client that has left meanwhile neither connects nor disconnects.
            if (state_ == State::disconnected) return;
            told = true;
            object->process_packet(*packet);
        };
        thrown = guarded(*object, set_up);
    } catch (const GreenletExit&) {
        // Killed: the client learns that nothing becomes of it.
        refuse(std::current_exception());
        throw;
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown) {
        report_exception(thrown, {}, std::nullopt, false);
        return refuse(thrown);
    }
    if (!told && state_ == State::disconnected) return;
    accepted_ = true;
    if (state_ == State::disconnected) return finish();  // it ended meanwhile
    accept();
    handle_queued(*object);
}

// Tells the client, and lets go what was held until then.
void Connection::accept() {
    if (state_ != State::connecting) return;
    state_ = State::connected;
    socket_->note_connected();
    announce();
    if (!rare_) return;
    for (const Held& held : std::exchange(rare_->held, {})) {
        if (channel_) channel_->send(*held.packet, held.flags);
    }
}

void Connection::announce() {
    if (state_ != State::connected) return;
    std::string json;
    if (socket_->rules().announces_sid) {
        json = R"({"sid":")";
        json += sid_;
        json += R"("})";
    }
    wire::PacketView packet;
    packet.type = wire::PacketType::connect;
    packet.data = json;
    send(packet);
}

void Connection::refuse(const std::exception_ptr& thrown) {
    if (state_ == State::disconnected) return;
    if (state_ == State::connected) {
        // The client has been told already, because of a call(): then it is disconnected.
        return end(session::CloseReason::server_namespace_disconnect, true);
    }
    const Generation generation = socket_->generation();
    std::string json;
    try {
        std::rethrow_exception(thrown);
    } catch (const ConnectionRefused& refused) {
        json = refusal_json(generation, refused.what(), refused.data());
    } catch (const InvalidAuth& error) {
        json = refusal_json(generation, error.what());
    } catch (const std::exception& error) {
        json = refusal_json(generation, hub_.options().expose_error_messages ? error.what() : "Internal error");
    } catch (const Timeout& timeout) {
        json = refusal_json(generation, hub_.options().expose_error_messages ? timeout.what() : "Internal error");
    } catch (...) {
        json = refusal_json(generation, "Internal error");
    }
    turn_away(json);
}

void Connection::turn_away(std::string_view json) {
    wire::PacketView packet;
    packet.type = wire::PacketType::connect_error;
    packet.nsp = nsp_;
    packet.data = json;
    if (channel_) channel_->send(packet);
    end(session::CloseReason::server_namespace_disconnect, false);
}

// ---- the end

void Connection::end(session::CloseReason reason, bool tell, Finish when) {
    if (state_ == State::disconnected) return;
    if (tell && object_) {
        accept();  // a client that was never told of the connection would wait for ever
        wire::PacketView packet;
        packet.type = wire::PacketType::disconnect;
        send(packet);
    }
    if (state_ == State::disconnected) return;  // sending ended the channel
    const auto self = shared_from_this();
    state_ = State::disconnected;
    reason_ = reason;
    stop_queue();
    channel_ = nullptr;
    if (rare_) rare_->held.clear();
    if (hub_.adapter().room_count(*this) != 0) rare().last_rooms = hub_.adapter().rooms(*this);
    hub_.adapter().remove(*this);
    socket_->forget(*this);
    while (auto waiting = rare_ ? rare_->acks.take_any() : std::nullopt) {
        if (waiting->call) {
            waiting->call->error = make_error_code(errc::not_connected);
            waiting->call->done.set();
        } else {
            fail_callback(std::move(waiting->handler), make_error_code(errc::not_connected));
        }
    }
    kill_jobs();
    if (!accepted_) {
        // connect() still runs and will find out, or it has failed.
        note_outlasting();
        if (!busy_) release();
        return;
    }
    FinishJob job(self);
    note_outlasting();
    if (when == Finish::at_once) {
        hub_.loop().enter(std::move(job));
    } else {
        hub_.post([job = std::move(job)]() mutable {
            auto& loop = job.connection->hub_.loop();
            loop.enter(std::move(job));
        });
    }
}

// What still runs for it is the client's doing, and counted as such until it has ended.
void Connection::note_outlasting() noexcept {
    outlasts_ = works_ != 0;
    if (outlasts_) socket_->add_outlasting();
}

void Connection::end_work() noexcept {
    if (--works_ != 0 || !outlasts_) return;
    outlasts_ = false;
    socket_->remove_outlasting();
}

void Connection::finish() {
    struct Release {
        Connection& connection;
        ~Release() { connection.release(); }
    } const release_in_any_case{*this};
    const auto object = object_;
    if (!object) return;
    Packet packet;
    packet.type = PacketType::disconnect;
    packet.endpoint = nsp_;
    auto process = [&] { object->process_packet(packet); };
    if (const auto thrown = guarded(*object, process)) report_exception(thrown, {}, std::nullopt, false);
}

void Connection::release() noexcept {
    // The object's end may be this connection's.
    const auto self = shared_from_this();
    object_.reset();
}

// ---- errors

void Connection::report_exception(const std::exception_ptr& thrown, std::string_view event,
                                  std::optional<std::uint64_t> id, bool logged) {
    bool refused = false;
    bool aftermath = false;
    bool limited = false;
    std::string text;
    try {
        std::rethrow_exception(thrown);
    } catch (const ConnectionRefused& error) {
        refused = state_ == State::connecting;
        text = error.what();
    } catch (const InvalidAuth& error) {
        refused = state_ == State::connecting;
        text = error.what();
    } catch (const Error& error) {
        aftermath = state_ == State::disconnected && error.code() == errc::not_connected;
        limited = error.code() == errc::limit_exceeded;
        text = error.what();
    } catch (const std::exception& error) {
        text = error.what();
    } catch (const Timeout& timeout) {
        text = timeout.what();
    } catch (...) {
        text = "unknown error";
    }
    // A client that was turned away, and handlers that noticed that theirs has gone, are nothing unusual.
    const bool usual = refused || aftermath;
    if (!logged || usual) {
        std::string line = nsp_;
        if (!event.empty()) line += " \"" + std::string(event.substr(0, 100)) + "\"";
        line += " (" + sid_ + "): " + util::exception_text(thrown);
        // Nor is a client that asks for more than a limit allows: the limit's counter tells, and the log must not grow by it.
        log(usual || limited ? LogLevel::debug : LogLevel::error, "dispatch", util::printable(line));
    }
    if (usual) return;
    ErrorReport error;
    error.name = error_name::internal_error;
    error.message = hub_.options().expose_error_messages ? text : "Internal error";
    error.endpoint = nsp_;
    error.msg_id = id;
    error.quiet = state_ != State::connected;
    error.event = event;
    error.exception = thrown;
    report(error);
}

void Connection::report(const ErrorReport& report) {
    ErrorReport full = report;
    // What jobs and callbacks throw meanwhile is not the event's.
    const bool of_event = handled_ && full.msg_id == handled_->id && !full.exception;
    if (full.event.empty() && of_event) full.event = handled_->name;
    socket_->handle_error(full);
    if (!full.msg_id || full.quiet || !hub_.options().ack_errors) return;
    try {
        send_ack(*full.msg_id, Args::of(sio::object("error", full.name, "message", full.message)));
    } catch (const Error&) {
        log(LogLevel::debug, "dispatch", nsp_ + ": " + util::exception_text(std::current_exception()));
    }
}

// ---- methods

const detail::EventMethod* Connection::find_event(std::string_view event) {
    // Clients tend to say the same again.
    if (!found_ || found_->event != event) {
        found_ = kind_.events->find_event(event);
        task_ = found_ ? &task_label(*found_, nsp_) : nullptr;
    }
    if (task_) greenlet::set_task(task_);
    return found_;
}

const detail::EventMethod* Connection::find_method(std::string_view method, const Packet& packet) const {
    // Nearly always what find_event() found last: its very text, then.
    if (found_ && found_->method.data() == method.data()) return found_;
    const auto* const found = kind_.events->find_method(method);
    // An event that nobody registered does not become another one ("a_b", "a b") by way of the method's name.
    if (found && found->event != packet.name && method == method_name(packet.name)) return nullptr;
    return found;
}

std::shared_ptr<detail::BroadcastScope> Connection::scope() const { return socket_->hub(); }

// ---- rooms

void Connection::join(std::string_view room) {
    hub_.require_current();
    if (state_ == State::disconnected) return;
    Adapter& adapter = hub_.adapter();
    if (adapter.room_count(*this) >= hub_.options().max_rooms) {
        if (adapter.contains(*this, room)) return;
        hub_.counters().reached(session::Limit::max_rooms);
        throw Error(errc::limit_exceeded, "sio: this client is in too many rooms (max_rooms)");
    }
    adapter.join(*this, room);
}

void Connection::leave(std::string_view room) {
    hub_.require_current();
    hub_.adapter().leave(*this, room);
}

std::vector<std::string> Connection::rooms() const {
    if (state_ != State::disconnected) return hub_.adapter().rooms(*this);
    return rare_ ? rare_->last_rooms : std::vector<std::string>();
}

void Connection::enter(std::string_view room) {
    try {
        join(room);
    } catch (const Error& error) {
        log(LogLevel::warning, "dispatch", nsp_ + " (" + sid_ + "): " + error.what());
    }
}

// Who has not been let in is not told now that it was.
void Connection::evict(bool close) {
    const auto socket = socket_;
    const auto evicted = close ? socket->connections() : std::vector{shared_from_this()};
    for (const auto& connection : evicted) {
        if (connection->state_ == State::connecting) {
            connection->turn_away(refusal_json(socket->generation(), "Disconnected by the server"));
        } else {
            connection->end(session::CloseReason::server_namespace_disconnect, true);
        }
    }
    if (close) socket->close(session::CloseReason::forced_close);
}

// ---- jobs

void Connection::keep_job(std::uint64_t job, const AnyGreenlet& greenlet) {
    if (state_ != State::disconnected) rare().jobs.emplace(job, greenlet);
}

void Connection::kill_jobs() {
    if (!rare_) return;
    const auto caller = current_greenlet_id();
    // Killed ones take themselves off the list; one that has not begun does so at once.
    std::vector<AnyGreenlet> others;
    for (const auto& [id, greenlet] : rare_->jobs) {
        if (caller == 0 || greenlet.id() != caller) others.push_back(greenlet);
    }
    for (const AnyGreenlet& greenlet : others) greenlet.kill(false);
}

}  // namespace sio::dispatch
