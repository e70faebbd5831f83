#include "database/redis/session.hpp"

#include <chrono>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>

#include "database/redis/wire.hpp"
#include "greenlet/loop.hpp"

namespace sio::redis {

Outcome Session::call(std::string bytes, std::size_t commands, std::uint64_t connection) {
    sio::detail::require_greenlet("redis::Client");
    if (commands == 0) return {};
    if (closed_) throw sio::Error(errc::connection_closed, "Redis: the client is closed");
    begin();
    const auto request = std::make_shared<Request>();
    request->bytes = std::move(bytes);
    request->answers = commands;
    request->required = connection;
    waiting_.push_back(request);
    more_.set();

    struct Abandon {
        Request& request;
        ~Abandon() { request.abandoned = true; }
    } const abandon{*request};
    const auto begun = std::chrono::steady_clock::now();
    if (!request->done.wait(options_.timeout)) {
        // Nothing at all in all this time: the connection is cut off, or held up by one command. The next gets another one.
        if (wire_ && wire_->heard_at() < begun) wire_->close();
        throw TimeoutError("Redis at " + options_.address() + ": no answer in time");
    }
    if (request->failure) std::rethrow_exception(request->failure);
    return std::move(request->outcome);
}

void Session::close() noexcept {
    closed_ = true;
    const auto failure = std::make_exception_ptr(sio::Error(errc::connection_closed, "Redis: the client was closed"));
    fail(waiting_, failure);
    fail(sent_, failure);
    if (runner_) runner_.kill(false);
}

// The connection's greenlets live on the loop of whoever needed it first.
void Session::begin() {
    greenlet::Loop* const current = greenlet::Loop::current();
    if (greenlet::Loop* const own = loop_; own == current)
        return;
    else if (own)
        throw sio::Error(errc::unsupported, "redis::Client: used on another loop than its own");
    loop_ = current;
    runner_ = spawn([self = shared_from_this()] { self->run(); });
}

// Ends when there is nothing to do without a connection; begin() starts it again.
void Session::run() {
    struct End {
        Session& session;
        ~End() { session.loop_ = nullptr; }
    } const end{*this};
    try {
        do {
            connect_and_serve();
        } while (!waiting_.empty());
    } catch (...) {  // killed, by close() or because the loop ends
        fail(waiting_, std::make_exception_ptr(sio::Error(errc::connection_closed, "Redis: the client was closed")));
        throw;
    }
}

void Session::connect_and_serve() {
    std::shared_ptr<Wire> wire;
    try {
        backoff_.wait();
        wire = Wire::connect(options_);
    } catch (const std::exception&) {
        backoff_.failed();
        fail(waiting_, std::current_exception());
        return;
    }
    backoff_.succeeded();
    struct Connected {
        Session& session;
        AnyGreenlet writer;
        ~Connected() {
            session.wire_->close();
            session.wire_ = nullptr;
            writer.kill(false);
        }
    };
    const auto writer = spawn([self = shared_from_this(), wire] { self->write_all(wire); });
    wire_ = wire;
    ++connection_;
    const Connected connected{*this, writer};
    receive_all(*wire);
}

// Returns when the connection is lost, and has failed those that were on it.
void Session::receive_all(Wire& wire) {
    try {
        for (;;) receive(wire.read());
    } catch (const sio::Error& error) {
        const bool broken = error.code() == errc::invalid_value || error.code() == errc::limit_exceeded;
        fail(sent_, broken ? std::current_exception() : lost(error));
    } catch (const std::exception& error) {
        fail(sent_, lost(error));
    } catch (...) {
        fail(sent_, std::make_exception_ptr(sio::Error(errc::connection_closed, "Redis: the client was closed")));
        throw;
    }
}

void Session::receive(Value value) {
    if (value.kind() == Value::Kind::push) return;
    if (sent_.empty()) throw sio::Error(errc::invalid_value, "Redis: an answer to nothing: " + value.describe());
    Request& request = *sent_.front();
    if (!request.abandoned) request.outcome.replies.push_back(std::move(value));
    if (--request.answers > 0) return;
    request.outcome.connection = connection_;
    request.done.set();
    sent_.pop_front();
}

void Session::write_all(const std::shared_ptr<Wire>& wire) {
    try {
        // One that was woken before it was killed must not take what is the next connection's.
        while (wire_ == wire) {
            more_.clear();
            if (const std::string bytes = next_bytes(); !bytes.empty()) {
                wire->write(bytes);
            } else {
                more_.wait();
            }
        }
    } catch (const std::exception&) {
        wire->close();  // which the reader notices, and tells those that wait
    }
}

// Everything that waits, on its way.
std::string Session::next_bytes() {
    std::string bytes;
    while (!waiting_.empty()) {
        const auto request = std::move(waiting_.front());
        waiting_.pop_front();
        if (request->abandoned) continue;
        if (request->required != 0 && request->required != connection_) {
            request->failure = std::make_exception_ptr(
                sio::Error(errc::connection_closed, "Redis: the connection that watched the keys was lost"));
            request->done.set();
            continue;
        }
        if (bytes.empty()) {
            bytes = std::exchange(request->bytes, {});
        } else {
            bytes += std::exchange(request->bytes, {});
        }
        sent_.push_back(request);
    }
    return bytes;
}

void Session::fail(Requests& requests, const std::exception_ptr& failure) noexcept {
    for (const auto& request : std::exchange(requests, {})) {
        request->failure = failure;
        request->done.set();
    }
}

std::exception_ptr Session::lost(const std::exception& why) const {
    return std::make_exception_ptr(sio::Error(
        errc::connection_closed, "Redis at " + options_.address() + ": the connection was lost before the answer (" +
                                     why.what() + "); whether the command was executed is not known"));
}

}  // namespace sio::redis
