#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sio/exchange.hpp>

namespace sio::test {

/// What a test keeps of a connection: what was written to it, and the means to play the peer.
struct Wire {
    std::string written;
    ByteReceiver* receiver = nullptr;
    std::size_t queued = 0;
    bool closed = false;
    bool aborted = false;
    bool paused = false;
    std::string held;  // bytes that the receiver left

    /// The peer sends `bytes`.
    void feed(std::string bytes) {
        if (!receiver) return;
        held += bytes;
        std::string data = std::exchange(held, {});
        const std::size_t consumed = receiver->on_bytes(data.data(), data.size());
        held = data.substr(consumed);
    }
    void end() {
        if (auto* told = std::exchange(receiver, nullptr)) told->on_end({});
    }
};

class FakeLink final : public ByteLink {
public:
    explicit FakeLink(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
    ~FakeLink() override { wire_->receiver = nullptr; }

    void set_receiver(ByteReceiver* receiver) override { wire_->receiver = receiver; }
    void write(std::string_view bytes) override { wire_->written += bytes; }
    void write(const std::shared_ptr<const std::string>& bytes) override { wire_->written += *bytes; }
    std::size_t queued_bytes() const noexcept override { return wire_->queued; }
    void pause_reading() override { wire_->paused = true; }
    void resume_reading() override { wire_->paused = false; }
    void close() override {
        wire_->closed = true;
        wire_->receiver = nullptr;
    }
    void abort() override {
        wire_->aborted = true;
        wire_->receiver = nullptr;
    }

private:
    std::shared_ptr<Wire> wire_;
};

/// What a test keeps of a request: its answer, once there is one.
struct Answer {
    std::optional<Response> response;
    std::shared_ptr<Wire> wire = std::make_shared<Wire>();
    std::function<void()> abandoned;
    bool dropped = false;  // the exchange went without an answer

    int status() const { return response ? response->status : 0; }
    std::string body() const { return response ? response->body : std::string("(none)"); }
    std::string header(std::string_view name) const {
        return response ? std::string(response->headers.get(name)) : std::string();
    }
    /// The client goes away.
    void abandon() {
        if (auto callback = std::exchange(abandoned, nullptr)) callback();
    }
};

class FakeExchange final : public Exchange {
public:
    FakeExchange(HttpRequest request, std::shared_ptr<Answer> answer)
        : request_(std::move(request)), answer_(std::move(answer)) {}
    ~FakeExchange() override {
        if (!answer_->response) answer_->dropped = true;
        answer_->abandoned = nullptr;
    }

    HttpRequest& request() noexcept override { return request_; }
    void respond(Response response) override { answer_->response = std::move(response); }
    std::unique_ptr<ByteLink> upgrade(Response response) override {
        answer_->response = std::move(response);
        return std::make_unique<FakeLink>(answer_->wire);
    }
    std::unique_ptr<ByteLink> stream(Response response) override { return upgrade(std::move(response)); }
    void on_abandoned(std::function<void()> callback) override { answer_->abandoned = std::move(callback); }

private:
    HttpRequest request_;
    std::shared_ptr<Answer> answer_;
};

}  // namespace sio::test
