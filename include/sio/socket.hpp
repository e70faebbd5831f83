#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/event.hpp>
#include <sio/packet.hpp>
#include <sio/socket_options.hpp>
#include <sio/socket_session.hpp>

namespace sio {

class BaseNamespace;
class Environ;

/// One client's connection, whatever carries it now: what its namespaces share. gevent-socketio: the virtual `Socket`.
///
/// Lives until the connection has ended and its last handler has returned; `shared_from_this()` keeps the object, not the
/// connection, any longer. Threads: its worker's, but for
/// sessid() and config(); on another std::logic_error is thrown. On an ended connection everything is allowed and does nothing.
class Socket : public std::enable_shared_from_this<Socket> {
public:
    /// The default namespace in gevent-socketio's spelling; the same as `/`.
    static constexpr std::string_view GLOBAL_NS = "";

    enum class State : std::uint8_t {
        new_,           ///< no application has bound namespaces yet
        connecting,     ///< bound, no namespace is connected so far
        connected,      ///< at least one namespace has been connected
        disconnecting,  ///< the connection is being closed
        disconnected,   ///< it has ended
    };

    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    virtual ~Socket() = default;

    /// The id of the session on the wire (Engine.IO's sid). Secret: it is what authorises requests of the session. The
    /// public id of a client, from version 3.0 on, is BaseNamespace::sid().
    const std::string& sessid() const noexcept;
    SocketSession& session();
    /// The request that opened the session, as the app saw it.
    Environ& environ();
    const SocketOptions& config() const noexcept;
    State state() const;
    /// Not disconnecting or disconnected, nor still new.
    bool connected() const;
    /// `websocket`, `polling`, ... as it is now; empty once it has ended.
    std::string_view transport() const;
    /// Packets received so far.
    std::uint64_t hits() const;
    /// Bytes that wait in this process for the client to read, 0 once it has ended. A browser calls it `bufferedAmount`.
    /// EngineOptions::max_queued_bytes bounds it.
    std::size_t queued_bytes() const;
    /// Packets that the client has missed since it could not keep up. Both 0 once it has ended.
    struct Missed {
        std::uint64_t volatile_packets = 0;  ///< volatile ones, dropped while it was not ready
        std::uint64_t oldest_packets = 0;    ///< dropped by SlowClients::drop_oldest
    };
    Missed missed() const;
    /// Why the connection ended, in the reference server's words (`transport close`, `ping timeout`, ...); empty before.
    std::string_view disconnect_reason() const;

    /// The client's object in that namespace. Throws std::out_of_range when it is not connected there.
    BaseNamespace& operator[](std::string_view ns_name);
    /// The same, or null.
    std::shared_ptr<BaseNamespace> get_namespace(std::string_view ns_name) const;
    /// The same as a T; null also when it is no T.
    template <class T>
    std::shared_ptr<T> get_namespace(std::string_view ns_name) const {
        return std::dynamic_pointer_cast<T>(get_namespace(ns_name));
    }
    /// Names of the namespaces that the client is connected to.
    std::vector<std::string> active_ns() const;
    /// Ends one namespace, as BaseNamespace::disconnect_silently() does.
    void remove_namespace(std::string_view ns_name);

    /// Disconnects every namespace, tells the client, and closes the connection.
    void disconnect();
    /// The same, but the client is not told why its connection ends: it will try again. gevent-socketio:
    /// `disconnect(silent=True)`.
    void disconnect_silently();
    /// Closes the connection without a word to its namespaces' clients; recv_disconnect() runs. gevent-socketio's
    /// `kill(detach=True)` is detach() and kill().
    void kill();
    /// What a flag means is for its reader to guess: "silently" in gevent-socketio, "the whole connection" in Socket.IO.
    template <std::same_as<bool> Flag>
    void disconnect(Flag) {
        static_assert(!sizeof(Flag), "sio: say disconnect(), or disconnect_silently()");
    }
    template <std::same_as<bool> Flag>
    void kill(Flag) {
        static_assert(!sizeof(Flag), "sio: say kill(), and detach() before it if need be");
    }
    /// Has the server forget the socket: its get_socket() finds it no more. Happens by itself when it ends.
    void detach();

    /// Sends a packet as it is, past the namespaces. An acknowledgement that it asks for is nobody's.
    void send_packet(const Packet& packet);
    /// Reports an error; see BaseNamespace::error().
    void error(std::string_view name, std::string_view message, std::string_view endpoint = "/",
               std::optional<std::uint64_t> msg_id = std::nullopt, bool quiet = false);

    /// Blocks the greenlet until the client has read so much that at most a quarter of EngineOptions::max_queued_bytes waits
    /// for it: true, at once when that is so. False when the connection has ended, or `limit` has passed, before. Whatever
    /// SlowClients says: for a sender of much that keeps to its client's pace.
    /// Throws Error(errc::not_in_greenlet) when it has to wait outside of one, GreenletExit, and the Timeout of a
    /// TimeoutScope.
    bool drain(Duration limit = forever);
    /// Blocks the greenlet until the connection has ended. Throws Error(errc::not_in_greenlet).
    void join();

protected:
    Socket() = default;
};

}  // namespace sio
