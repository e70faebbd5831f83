#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sio/broadcast_operator.hpp>

#include "session/broadcast.hpp"
#include "session/channel.hpp"

namespace sio::dispatch {

using Target = detail::BroadcastTarget;

/// One client in one namespace, as far as an adapter needs to know it.
class SocketEmitter {
public:
    /// The public id, and the namespace. Neither changes while the adapter knows the emitter.
    virtual const std::string& sid() const noexcept = 0;
    virtual const std::string& nsp() const noexcept = 0;

    /// Whether it has been let in. Before, others do not learn that it is there; it may join rooms, and what they are sent is
    /// kept for it, in order, until it is let in or turned away.
    virtual bool admitted() const noexcept = 0;

    /// Sends a packet, or keeps it until it can. It may lead to the end of this emitter (Adapter::remove()), within the call.
    virtual void deliver(const session::BroadcastPtr& packet, session::SendFlags flags) = 0;
    /// Disconnects the client from the namespace, or refuses it; with `close` its whole connection. Likewise.
    virtual void evict(bool close) = 0;
    /// Adds it to a room, or takes it out of one, because somebody else said so. Likewise.
    virtual void enter(std::string_view room) = 0;
    virtual void exit(std::string_view room) = 0;

    /// The adapter's own.
    void* adapter_record = nullptr;

protected:
    ~SocketEmitter() = default;
};

/// Who is in which room, and how packets get there. Rooms of every socket are reached through this alone.
///
/// One for each shard of a server. Threads: every call is made on that shard's thread, about emitters that live there.
/// Calls that take a Target concern the sockets of all shards and machines that the adapter connects, unless it is
/// `local`; what has to travel arrives later, in the order of the calls. An id of a socket serves as the name of a room
/// that it alone is in.
class Adapter {
public:
    virtual ~Adapter() = default;

    /// Adapters that reach each other's sockets are of one group: a Target of one of them stands for the sockets of all.
    virtual const void* group() const noexcept { return this; }

    /// The emitter is in its namespace from now on. It must stay where it is until remove().
    virtual void add(SocketEmitter& emitter) = 0;
    /// It leaves its rooms and the namespace.
    virtual void remove(SocketEmitter& emitter) noexcept = 0;

    /// False when it is in that room already.
    virtual bool join(SocketEmitter& emitter, std::string_view room) = 0;
    /// False when it is not in there.
    virtual bool leave(SocketEmitter& emitter, std::string_view room) = 0;
    virtual bool contains(const SocketEmitter& emitter, std::string_view room) const noexcept = 0;
    /// In the order of joining.
    virtual std::vector<std::string> rooms(const SocketEmitter& emitter) const = 0;
    virtual std::size_t room_count(const SocketEmitter& emitter) const noexcept = 0;
    /// Rooms that a socket of this shard is in, of all namespaces.
    virtual std::size_t room_count() const noexcept = 0;

    /// Sends `packet` to every socket of the target, once to each, encoded once for each generation.
    virtual void broadcast(const Target& target, const wire::PacketView& packet) = 0;
    /// The ids of the target's sockets that have been let in. May block the greenlet, unless the target is local.
    virtual std::vector<std::string> sockets(const Target& target) = 0;
    /// Has every socket of the target join or leave rooms, or disconnects it.
    virtual void join_all(const Target& target, const std::vector<std::string>& rooms) = 0;
    virtual void leave_all(const Target& target, const std::vector<std::string>& rooms) = 0;
    virtual void disconnect(const Target& target, bool close) = 0;
};

}  // namespace sio::dispatch
