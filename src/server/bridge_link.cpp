#include "server/bridge_link.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include <sio/log.hpp>

#include "util/exception_text.hpp"
#include "util/timer_wheel.hpp"

namespace sio::server {

namespace {

/// What a socket may take at once; how long the host has to hand it over.
constexpr std::size_t unhurried_bytes = 4 * 1024 * 1024;
constexpr std::chrono::milliseconds unhurried_time{250};

}  // namespace

/// Outlives the link while callbacks of the stream are on their way. Everything on the loop's thread.
struct BridgeLink::State : std::enable_shared_from_this<State> {
    State(greenlet::Loop& on, LoopRefPtr back_to, std::shared_ptr<const Guest> at,
          std::shared_ptr<detail::HostStream> over)
        : loop(on), loop_ref(std::move(back_to)), guest(std::move(at)), stream(std::move(over)) {}

    /// Back from the stream's thread.
    template <class Fn>
    auto back(Fn fn) {
        return [self = shared_from_this(), fn = std::move(fn)](auto... value) {
            self->loop_ref->post(
                [self, fn, ... value = std::move(value)]() mutable { fn(*self, std::move(value)...); });
        };
    }

    void schedule_flush() {
        if (flush_scheduled || ended) return;
        flush_scheduled = true;
        loop.defer([self = shared_from_this()] {
            self->flush_scheduled = false;
            self->flush();
        });
    }

    void flush() {
        if (ended || !in_flight.empty()) return;
        if (outgoing.empty()) {
            if (closing) end();
            return;
        }
        in_flight = std::exchange(outgoing, {});
        in_flight_since = util::Clock::now();
        stream->write(in_flight, back([](State& state, bool ok) {
                          state.in_flight.clear();
                          if (!ok) return state.fail("write failed");
                          const bool drained = state.outgoing.empty();
                          state.flush();
                          if (drained && state.receiver) state.receiver->on_drained();
                      }));
    }

    void read() {
        if (ended || closing || reading || paused || !receiver) return;
        reading = true;
        stream->read(back([](State& state, const std::string& bytes) {
            state.reading = false;
            if (bytes.empty()) return state.fail({});
            state.incoming += bytes;
            state.deliver();
        }));
    }

    void deliver() {
        if (ended || paused || !receiver) return;
        // The receiver may write to, pause, close or destroy the link: work on bytes of our own.
        std::string bytes = std::exchange(incoming, {});
        std::size_t consumed = 0;
        try {
            consumed = receiver->on_bytes(bytes.data(), bytes.size());
        } catch (...) {
            const std::string what = util::exception_text(std::current_exception());
            log(LogLevel::error, "net", "a connection is cut: " + what);
            return fail(what);
        }
        incoming.insert(0, bytes, consumed, std::string::npos);
        read();
    }

    void fail(std::string_view reason) {
        if (ended) return;
        end();
        if (auto* told = std::exchange(receiver, nullptr); told && !closing) told->on_end(reason);
    }

    void end() {
        if (std::exchange(ended, true)) return;
        outgoing.clear();
        stream->close();
        stream->finish(false);
        guest.reset();
    }

    std::size_t queued_bytes() const noexcept {
        const std::size_t bytes = outgoing.size() + in_flight.size();
        const bool unhurried = in_flight.empty() || util::Clock::now() - in_flight_since < unhurried_time;
        return unhurried ? bytes - std::min(bytes, unhurried_bytes) : bytes;
    }

    greenlet::Loop& loop;
    LoopRefPtr loop_ref;
    std::shared_ptr<const Guest> guest;
    std::shared_ptr<detail::HostStream> stream;
    ByteReceiver* receiver = nullptr;
    std::string incoming;   // read, not yet consumed
    std::string outgoing;   // written, not yet passed on
    std::string in_flight;  // passed to the stream
    util::Clock::time_point in_flight_since;
    bool flush_scheduled = false;
    bool reading = false;
    bool paused = false;
    bool closing = false;
    bool ended = false;
};

BridgeLink::BridgeLink(greenlet::Loop& loop, LoopRefPtr back, std::shared_ptr<const Guest> guest,
                       std::shared_ptr<detail::HostStream> stream, std::string head)
    : state_(std::make_shared<State>(loop, std::move(back), std::move(guest), std::move(stream))) {
    state_->outgoing = std::move(head);
    state_->schedule_flush();
}

BridgeLink::~BridgeLink() {
    state_->receiver = nullptr;
    if (state_->closing) return;
    try {
        state_->end();
    } catch (...) {  // the host's
        util::log_escaped("http", "end of a host's stream");
    }
}

void BridgeLink::set_receiver(ByteReceiver* receiver) {
    state_->receiver = receiver;
    if (receiver) state_->loop.defer([state = state_] { state->incoming.empty() ? state->read() : state->deliver(); });
}

void BridgeLink::write(std::string_view bytes) {
    if (state_->ended || state_->closing) return;
    state_->outgoing += bytes;
    state_->schedule_flush();
}

void BridgeLink::flush() { state_->flush(); }

std::size_t BridgeLink::queued_bytes() const noexcept { return state_->queued_bytes(); }

void BridgeLink::pause_reading() { state_->paused = true; }

void BridgeLink::resume_reading() {
    if (!std::exchange(state_->paused, false)) return;
    state_->loop.defer([state = state_] { state->incoming.empty() ? state->read() : state->deliver(); });
}

void BridgeLink::close() {
    if (state_->ended || std::exchange(state_->closing, true)) return;
    state_->receiver = nullptr;
    state_->schedule_flush();
}

void BridgeLink::abort() {
    state_->receiver = nullptr;
    state_->end();
}

}  // namespace sio::server
