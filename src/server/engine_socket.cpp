#include "server/engine_socket.hpp"

#include <exception>
#include <utility>

#include <sio/event.hpp>
#include <sio/greenlet.hpp>
#include <sio/log.hpp>

#include "server/inbox.hpp"

namespace sio {

using session::CloseReason;

/// Lives on the stack of the handler's greenlet.
struct EngineSocket::Impl {
    Impl(session::EngineSession& of, Environ with) : session(&of), environ(std::move(with)), sid(of.sid()) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (known_to) *known_to = nullptr;
    }

    void send(bool binary, std::string_view data) {
        pace();
        if (!session) return;
        if (binary) return session->send_binary(data, session::Loss::allowed);
        session->send_text('4' + std::string(data), session::Loss::allowed);
    }
    /// With SlowClients::pause: waits while the client is behind. It may be gone afterwards.
    void pace() {
        if (!session || session->host().queue.policy != SlowClients::pause || current_greenlet_id() == 0) return;
        if (session->queued_bytes() > session->host().queue.high_water()) drain();
    }
    void drain() {
        while (session && session->queued_bytes() > session->host().queue.low_water()) {
            session->flush();
            if (!session || session->queued_bytes() <= session->host().queue.low_water()) return;
            drained.clear();
            drained.wait();
        }
    }

    session::EngineSession* session;  // null once it has ended
    /// The observer's pointer to this, while both live: whichever ends first clears it.
    EngineSocket::Impl** known_to = nullptr;
    Environ environ;
    std::string sid;
    std::string_view close_reason;
    Event drained;
    server::Inbox inbox{[this](bool paused) { paused ? session->pause_reading() : session->resume_reading(); }};
};

std::optional<Message> EngineSocket::receive() { return impl_.inbox.pop(); }

void EngineSocket::send(const Message& message) { impl_.send(message.binary, message.data); }

void EngineSocket::send_text(std::string_view text) { impl_.send(false, text); }

void EngineSocket::send_binary(std::string_view bytes) { impl_.send(true, bytes); }

void EngineSocket::close() {
    if (impl_.session) impl_.session->close(CloseReason::forced_close);
}

bool EngineSocket::is_open() const noexcept { return impl_.session != nullptr; }

const std::string& EngineSocket::sid() const noexcept { return impl_.sid; }

std::string_view EngineSocket::transport() const noexcept {
    return impl_.session ? impl_.session->transport_name() : std::string_view();
}

const Environ& EngineSocket::environ() const noexcept { return impl_.environ; }

std::string_view EngineSocket::close_reason() const noexcept { return impl_.close_reason; }

}  // namespace sio

namespace sio::server {

namespace {

/// Brings a session's messages to the socket of its handler, until that has returned.
class Courier final : public session::EngineObserver {
public:
    explicit Courier(EngineSocket::Impl& impl) noexcept : impl_(&impl) { impl.known_to = &impl_; }
    ~Courier() override {
        if (impl_) impl_->known_to = nullptr;
    }
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    void on_text(std::string_view message) override { deliver(false, message); }
    void on_binary(std::string_view message) override { deliver(true, message); }
    void on_close(session::CloseReason reason) override {
        if (!impl_) return;
        impl_->close_reason = session::reason_text(reason);
        impl_->session = nullptr;
        impl_->inbox.close();
        impl_->drained.set();
        impl_->known_to = nullptr;
        impl_ = nullptr;
    }
    void on_drained() override {
        if (impl_) impl_->drained.set();
    }

private:
    void deliver(bool binary, std::string_view message) {
        if (impl_) impl_->inbox.push(binary, message);
    }

    EngineSocket::Impl* impl_;  // null once the session, or its handler, has ended
};

}  // namespace

Response run_engine_handler(const std::function<void(EngineSocket&)>& handler,
                            const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
    EngineSocket::Impl impl(handshake->session(), std::move(environ));
    if (!handshake->accept(std::make_unique<Courier>(impl))) return Response(400);
    EngineSocket socket(impl);
    try {
        handler(socket);
    } catch (const std::exception& error) {
        log(LogLevel::error, "engine.io", std::string("handler: ") + error.what());
    } catch (...) {  // a greenlet that is killed
        socket.close();
        throw;
    }
    socket.close();
    return Response(200);
}

}  // namespace sio::server
