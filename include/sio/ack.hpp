#pragma once

#include <memory>
#include <utility>

#include <sio/args.hpp>

namespace sio {

namespace detail {
struct PendingAnswer;
}

/// The answer to an event, to be given later: take one as the last parameter of a handler.
///
///     void on_search(std::string words, sio::Ack ack) {
///         spawn([this, words, ack] { ack(search(words)); });
///     }
///
/// The first call answers; later ones, and calls after the client has gone or that it did not ask for, do nothing. Never
/// answering is allowed. Copies answer the same event. Threads: the shard of the socket.
class Ack {
public:
    Ack() = default;
    explicit Ack(std::shared_ptr<detail::PendingAnswer> answer) noexcept : answer_(std::move(answer)) {}

    /// Answers with one argument for each value.
    template <class... Values>
    void operator()(const Values&... values) const {
        if (*this) send(Args::of(values...));
    }
    /// Whether an answer would be sent now: the client asked for it, is there, and has none yet.
    explicit operator bool() const noexcept;

private:
    void send(const Args& args) const;

    std::shared_ptr<detail::PendingAnswer> answer_;
};

}  // namespace sio
