#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/environ.hpp>
#include <sio/greenlet.hpp>
#include <sio/manage.hpp>
#include <sio/namespaces.hpp>
#include <sio/socket.hpp>

#include "adapter/memory_adapter.hpp"
#include "dispatch/hub.hpp"
#include "dispatch/socket_impl.hpp"
#include "session/backlog.hpp"
#include "session/channel.hpp"
#include "wire/eio4_codec.hpp"

namespace sio::test {

/// A shard with rooms, for the length of a test that runs in a greenlet of it.
struct Shard {
    explicit Shard(SocketOptions options = {})
        : hub(std::make_shared<dispatch::Hub>(*greenlet::Loop::current(), std::make_unique<adapter::MemoryAdapter>(),
                                              options)) {}
    ~Shard() { hub->close(); }

    adapter::MemoryAdapter& rooms() { return static_cast<adapter::MemoryAdapter&>(hub->adapter()); }

    std::shared_ptr<dispatch::Hub> hub;
    Namespaces namespaces;
};

/// A client without a transport: packets go in and come out as the text that a WebSocket would carry, in protocol 5's
/// spelling whatever the generation.
class Client : public session::Channel {
public:
    /// Connects to no namespace yet. With `bind` the shard's namespaces serve it at once.
    explicit Client(Shard& shard, bool bind = true, std::string target = "/socket.io/?EIO=4&token=abc",
                    Generation generation = Generation::eio4, const EngineOptions& engine = {})
        : rules(engine),
          loop_(shard.hub->loop()),
          sid_("engine-" + std::to_string(++count())),
          generation_(generation) {
        HttpRequest request;
        request.target = std::move(target);
        request.remote_address = "192.0.2.7";
        request.headers.set("User-Agent", "test");
        socket_ = dispatch::SocketImpl::open(shard.hub, *this, Environ(std::move(request)));
        if (bind) socket_->bind(shard.namespaces);
    }
    ~Client() override { drop(session::CloseReason::transport_close); }

    /// Sends a packet, with attachments if there are any. Nothing arrives while reading is paused or after the end.
    void send(std::string_view text, std::vector<Binary> attachments = {}) {
        if (pauses_ != 0 || !waiting_.empty()) {
            waiting_.emplace_back(std::string(text), std::move(attachments));
            return;
        }
        receive(text, attachments);
    }
    /// Connects to a namespace; returns the id that it was given there, or nothing.
    std::string connect(std::string_view nsp, std::string_view auth = {}) {
        const std::string name = nsp == "/" ? "" : std::string(nsp) + ",";
        send("0" + name + std::string(auth));
        const std::string start = "0" + name + "{\"sid\":\"";
        for (auto at = sent.rbegin(); at != sent.rend(); ++at) {
            if (at->starts_with(start)) {
                std::string sid = at->substr(start.size(), 20);
                sent.erase(std::next(at).base());
                return sid;
            }
        }
        return {};
    }
    /// The connection goes away.
    void drop(session::CloseReason reason) {
        const auto socket = std::exchange(socket_, nullptr);
        if (!socket) return;
        ended = reason;
        waiting_.clear();
        socket->on_close(reason);
    }
    /// What has been sent to it since the last time.
    std::vector<std::string> take() { return std::exchange(sent, {}); }

    dispatch::SocketImpl& socket() { return *socket_; }
    bool paused() const { return pauses_ != 0; }

    std::vector<std::string> sent;
    std::vector<Binary> attachments;  // of everything sent
    std::optional<session::CloseReason> ended;
    /// Says that it is not ready: volatile packets are dropped.
    bool busy = false;
    /// How much it has not read, and how much of that it reads when it is flushed.
    std::size_t queued = 0;
    std::size_t flushable = 0;
    session::QueueRules rules;

    // Channel
    const std::string& sid() const noexcept override { return sid_; }
    wire::Generation generation() const noexcept override { return generation_; }
    std::string_view transport_name() const noexcept override { return "websocket"; }
    greenlet::Loop& loop() noexcept override { return loop_; }
    bool send(const wire::PacketView& packet, session::SendFlags flags = {}) override {
        if (flags.volatile_ && busy) return false;
        std::string text;
        wire::eio4::encode(packet, text);
        sent.push_back(std::move(text));
        attachments.insert(attachments.end(), packet.attachments.begin(), packet.attachments.end());
        return true;
    }
    void send(const session::Broadcast& packet, session::SendFlags flags = {}) override {
        if (flags.volatile_ && busy) return;
        const auto& text = packet.encoded(wire::Generation::eio4, session::Broadcast::Form::text,
                                          [](const wire::PacketView& view, std::string& out) {
                                              ++encodings();
                                              wire::eio4::encode(view, out);
                                          });
        sent.push_back(*text);
        const auto& extra = packet.packet().attachments;
        attachments.insert(attachments.end(), extra.begin(), extra.end());
    }
    std::size_t queued_bytes() const noexcept override { return queued; }
    const session::QueueRules& queue_rules() const noexcept override { return rules; }
    session::Drops drops() const noexcept override { return {}; }
    void flush() override { queued -= std::min(queued, flushable); }
    void pause_reading() override { ++pauses_; }
    void resume_reading() override {
        REQUIRE(pauses_ > 0);
        if (--pauses_ != 0) return;
        // As a real one does, on a later turn.
        loop_.post([this] {
            while (pauses_ == 0 && !waiting_.empty() && socket_) {
                auto [text, extra] = std::move(waiting_.front());
                waiting_.erase(waiting_.begin());
                receive(text, extra);
            }
        });
    }
    void close(session::CloseReason reason) override { drop(reason); }

    /// Broadcasts encoded so far, by all clients.
    static int& encodings() {
        static int count = 0;
        return count;
    }

private:
    static int& count() {
        static int made = 0;
        return made;
    }
    void receive(std::string_view text, const std::vector<Binary>& extra) {
        if (!socket_) return;
        wire::eio4::Decoder decoder;
        auto decoded = decoder.decode(text);
        REQUIRE_MESSAGE(decoded.error == wire::PacketError::none, text);
        decoded.packet.attachments = extra;
        const auto socket = socket_;
        if (!socket->on_packet(decoded.packet)) drop(session::CloseReason::parse_error);
    }

    greenlet::Loop& loop_;
    std::string sid_;
    Generation generation_;
    std::shared_ptr<dispatch::SocketImpl> socket_;
    std::size_t pauses_ = 0;
    std::vector<std::pair<std::string, std::vector<Binary>>> waiting_;
};

/// Lets everything run that can run now.
inline void settle() {
    for (int turn = 0; turn < 5; ++turn) sleep(Duration::zero());
}

/// Runs `test` in a greenlet, with a shard.
template <class Test>
void with_shard(Test&& test, SocketOptions options = {}) {
    sio::run([&] {
        Shard shard(options);
        test(shard);
        settle();
    });
}

using Texts = std::vector<std::string>;

}  // namespace sio::test

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
    static String convert(const std::vector<std::string>& texts) {
        std::string all = "[";
        for (const auto& text : texts) all += "\n    " + text;
        all += "\n]";
        return all.c_str();
    }
};
}  // namespace doctest
