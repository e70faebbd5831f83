#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "run.hpp"
#include "wire/ws_parser.hpp"

namespace bench {

class Client;

/// A scenario, as its connections see it.
class ClientListener {
public:
    /// The default namespace has been joined.
    virtual void on_ready(Client& client) = 0;
    /// A Socket.IO packet behind the connect packet: `42[...]`, `43...`, without the Engine.IO type.
    virtual void on_packet(Client& client, std::string_view packet) = 0;

protected:
    ~ClientListener() = default;
};

/// One Socket.IO connection over WebSocket. Answers pings; anything unexpected throws std::runtime_error.
class Client final : public Handler, private sio::wire::WsReceiver {
public:
    /// Begins to connect. `index` is the scenario's number for it.
    Client(Run& run, ClientListener& listener, std::size_t index);
    ~Client();

    std::size_t index() const noexcept { return index_; }
    bool ready() const noexcept { return state_ == State::ready; }
    /// Queues a Socket.IO packet (`2["echo"]`) until flush(); what is queued within on_packet() goes out by itself.
    void send(std::string_view packet);
    void flush();

    void on_event(std::uint32_t events) override;

private:
    enum class State : std::uint8_t { connecting, upgrading, opening, joining, ready };

    void on_connected();
    void read();
    void take_upgrade_answer();
    bool on_message(const sio::wire::WsMessage& message) override;
    bool on_ping(std::string_view payload) override;
    bool on_pong(std::string_view) override { return true; }
    void on_close(std::uint16_t code, std::string_view reason) override;
    void on_error(sio::wire::WsError error) override;
    void frame(std::string_view text);

    Run& run_;
    ClientListener& listener_;
    std::size_t index_;
    int fd_;
    State state_ = State::connecting;
    bool waits_to_write_ = false;
    sio::wire::WsParser parser_;
    std::string in_;
    std::string out_;
};

}  // namespace bench
