#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sio/namespace.hpp>
#include <sio/namespaces.hpp>

#include "dispatch/ack_table.hpp"
#include "dispatch/acl.hpp"
#include "dispatch/adapter.hpp"
#include "dispatch/hub.hpp"
#include "session/broadcast.hpp"
#include "session/channel.hpp"

namespace sio::greenlet {
class TaskLabel;
}

namespace sio::dispatch {

class SocketImpl;

/// One client in one namespace: what stands between the packets and the application's BaseNamespace object.
///
///      connecting --accept()--> connected --end()--> disconnected
///           +---- refused, or end() ------------------^
///
/// Handlers run one after another in a greenlet (`busy_`), events that come meanwhile wait in `queue_`; acknowledgements and
/// the end pass them. While connecting, what is sent is held until the client has been told of the connection.
///
/// Ownership: the SocketImpl holds connections that have not ended. A connection and its namespace object hold each other
/// until release(); what runs for it holds the object.
class Connection final : public SocketEmitter,
                         public std::enable_shared_from_this<Connection>,
                         private AckTable::Owner {
public:
    enum class State : std::uint8_t { connecting, connected, disconnected };

    Connection(std::shared_ptr<SocketImpl> socket, const detail::NamespaceClass& kind, std::string nsp,
               Handshake handshake);
    ~Connection();

    // ---- from the client

    /// Makes the namespace object and runs its recv_connect(), in a greenlet.
    void begin();
    /// An event, a message or an error packet. False when its arguments are malformed.
    bool take(const wire::PacketView& packet);
    /// The answer to something that was sent. Likewise.
    bool take_ack(const wire::PacketView& packet);

    /// Tells the client that it is connected. While it is connecting, that comes in time.
    void announce();

    /// The channel has closed: nothing can be sent any more. end() follows.
    void lose_channel() noexcept { channel_ = nullptr; }
    /// Ends it: tells the client if `tell`, drops what waits, kills jobs, and has recv_disconnect() run: at once, or, when
    /// the application may be up the stack, on a later turn. No effect the second time.
    enum class Finish : std::uint8_t { at_once, later };
    void end(session::CloseReason reason, bool tell, Finish finish = Finish::later);

    // ---- from the application

    State state() const noexcept { return state_; }
    SocketImpl& socket() const noexcept { return *socket_; }
    Hub& hub() const noexcept { return hub_; }
    const Handshake& handshake() const noexcept { return handshake_; }
    const std::shared_ptr<BaseNamespace>& object() const noexcept { return object_; }
    Acl& acl() noexcept { return acl_; }
    const detail::EventTableData& events() const noexcept { return *kind_.events; }
    /// The class that events() is about, for EventMethod::call().
    void* self() const noexcept { return self_; }
    std::string_view disconnect_reason() const noexcept;

    void emit(const detail::EmitOptions& options, std::string_view event, std::string_view text,
              std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> callback);
    void send_message(const detail::EmitOptions& options, bool is_string, std::string_view text,
                      std::vector<Binary>& attachments, std::unique_ptr<detail::AckHandler> callback);
    std::shared_ptr<detail::PendingCall> begin_call(std::optional<std::chrono::milliseconds> limit,
                                                    std::string_view event, std::string_view text,
                                                    std::vector<Binary>& attachments);
    static Args finish_call(detail::PendingCall& call);
    /// Answers the event of that id.
    void send_ack(std::uint64_t id, const Args& args);
    void report(const ErrorReport& report);
    /// Reports an exception that a handler or a job threw. `logged`: the log has it already, or will.
    void report_exception(const std::exception_ptr& thrown, std::string_view event, std::optional<std::uint64_t> id,
                          bool logged);
    /// Where broadcasts of this namespace go.
    std::shared_ptr<detail::BroadcastScope> scope() const;

    void join(std::string_view room);
    void leave(std::string_view room);
    std::vector<std::string> rooms() const;

    std::uint64_t new_job() noexcept {
        begin_work();
        return next_job_++;
    }
    void keep_job(std::uint64_t job, const AnyGreenlet& greenlet);
    void forget_job(std::uint64_t job) noexcept {
        if (rare_) rare_->jobs.erase(job);
        end_work();
    }
    /// All but the one that calls.
    void kill_jobs();

    /// The application has no use for the message that is being handled.
    void note_unhandled() noexcept { unhandled_ = true; }
    bool take_unhandled() noexcept { return std::exchange(unhandled_, false); }

    /// Looks a method up; remembers the event's row that process_event() has just found.
    const detail::EventMethod* find_event(std::string_view event);
    const detail::EventMethod* find_method(std::string_view method, const Packet& packet) const;

    // SocketEmitter
    const std::string& sid() const noexcept override { return sid_; }
    const std::string& nsp() const noexcept override { return nsp_; }
    bool admitted() const noexcept override { return state_ == State::connected; }
    void deliver(const session::BroadcastPtr& packet, session::SendFlags flags) override;
    void evict(bool close) override;
    void enter(std::string_view room) override;
    void exit(std::string_view room) override { leave(room); }

private:
    class Busy;
    class Work;
    struct HandleJob;
    struct FinishJob;
    struct Held {
        session::BroadcastPtr packet;
        session::SendFlags flags;
    };

    // AckTable::Owner
    void on_ack_timeout(std::unique_ptr<detail::AckHandler> handler) noexcept override;

    /// Runs `function` within the object's exception_handler_decorator(). Returns what it threw. GreenletExit passes.
    static std::exception_ptr guarded(BaseNamespace& object, const Invocation& function);

    void run(void (Connection::*function)(std::unique_ptr<Packet>), std::unique_ptr<Packet> packet);
    void connect(std::unique_ptr<Packet> packet);
    bool make_object();
    void accept();
    void refuse(const std::exception_ptr& thrown);
    void turn_away(std::string_view json);
    void handle(std::unique_ptr<Packet> packet);
    void handle_rest(std::unique_ptr<Packet> none);
    void handle_queued(BaseNamespace& object);
    void go_on_later() noexcept;
    void handle_one(BaseNamespace& object, const Packet& packet);
    bool fill(Packet& packet, const wire::PacketView& view);
    void enqueue(std::unique_ptr<Packet> packet);
    std::unique_ptr<Packet> dequeue() noexcept;
    void stop_queue() noexcept;
    void finish();
    void release() noexcept;
    void begin_work() noexcept { ++works_; }
    void end_work() noexcept;
    void note_outlasting() noexcept;

    /// False when it was dropped, as a volatile packet may be.
    bool send(const wire::PacketView& packet, session::SendFlags flags = {});
    void pace();
    void deliver_dumped(const session::BroadcastPtr& packet, session::SendFlags flags);
    void hold(session::BroadcastPtr packet, session::SendFlags flags);
    void send_event(const detail::EmitOptions& options, std::string_view event, std::string_view text,
                    std::vector<Binary>& attachments, std::optional<std::uint64_t> id);
    void give_up_ack(std::uint64_t id) noexcept;
    static void run_callback(std::shared_ptr<BaseNamespace> object, std::unique_ptr<detail::AckHandler> handler,
                             std::error_code error, std::unique_ptr<Packet> packet);
    void fail_callback(std::unique_ptr<detail::AckHandler> handler, std::error_code error) noexcept;

    /// What a client that is only sent events never needs.
    struct Rare {
        explicit Rare(Connection& owner)
            : acks(owner, owner.hub_.loop().timers(), owner.hub_.options().max_pending_acks, owner.hub_.counters()) {}

        AckTable acks;
        std::list<std::unique_ptr<Packet>> queue;
        std::vector<Held> held;
        std::size_t held_bytes = 0;
        std::vector<std::string> last_rooms;
        std::unordered_map<std::uint64_t, AnyGreenlet> jobs;
    };
    Rare& rare();
    bool queue_empty() const noexcept { return !rare_ || rare_->queue.empty(); }

    std::shared_ptr<SocketImpl> socket_;  // first: the hub goes with it
    Hub& hub_;
    session::Channel* channel_;  // the socket's; null once that has closed, and once disconnected
    State state_ = State::connecting;
    session::CloseReason reason_{};
    bool accepted_ = false;  // recv_connect() has returned
    bool busy_ = false;
    bool unhandled_ = false;
    const bool paces_;  // what it sends waits for a slow client
    const bool dumps_;  // what it is sent is written by json_dumps
    const detail::NamespaceClass& kind_;
    std::shared_ptr<BaseNamespace> object_;
    void* self_ = nullptr;
    const detail::EventMethod* found_ = nullptr;  // by find_event(), the last time
    const greenlet::TaskLabel* task_ = nullptr;   // what a watchdog is to call that
    const Packet* handled_ = nullptr;             // that a handler of this connection is at work on
    Acl acl_;
    std::unique_ptr<Rare> rare_;
    std::uint64_t next_job_ = 1;
    std::uint32_t works_ = 0;  // greenlets that run for it, and jobs: they may go on when it has ended
    bool outlasts_ = false;    // they do, and the socket knows
    std::string nsp_;
    std::string sid_;
    Handshake handshake_;
};

}  // namespace sio::dispatch
