#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "greenlet/loop.hpp"
#include "net/file_descriptor.hpp"
#include "util/timer_wheel.hpp"

namespace sio::net {

class Shard;
class TlsContext;
enum class Service : std::uint8_t;

/// Accepts the connections of one listening socket for one shard; its end closes that socket.
///
/// Out of file descriptors, it gives up a reserved one to take a waiting client and turn it away at once, then pauses:
/// the client learns that there is no room, and the loop does not spin. It pauses likewise when a connection that was
/// accepted cannot be served for want of memory or a limit of the system; nothing makes it stop for good.
class Acceptor {
public:
    Acceptor(Shard& shard, FileDescriptor listening, std::shared_ptr<const TlsContext> tls, Service service);
    ~Acceptor();
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

private:
    void wait();
    void accept_waiting();
    void accept_burst();
    void out_of_descriptors(int error);
    void pause(const std::string& reason);

    Shard& shard_;
    std::shared_ptr<const TlsContext> tls_;
    Service service_;
    boost::asio::posix::basic_stream_descriptor<greenlet::Loop::Executor> listening_;
    FileDescriptor reserve_;
    util::Timer pause_;
    util::Clock::time_point next_complaint_{};
    /// A completed wait may still be queued when this object ends.
    std::shared_ptr<Acceptor*> alive_;
};

}  // namespace sio::net
