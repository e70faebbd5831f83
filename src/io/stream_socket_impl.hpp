#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <string>

#include <sio/detail/wait_queue.hpp>
#include <sio/stream_socket.hpp>

#include "greenlet/loop.hpp"

namespace sio {

struct StreamSocket::Impl {
    using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, greenlet::Loop::Executor>;

    /// Takes over a connected, non-blocking descriptor.
    Impl(greenlet::Loop& loop, int family, int fd);

    /// Blocks until the system has something to read, or room to write. Throws what the class's calls do.
    void wait(boost::asio::socket_base::wait_type what, const char* call);
    std::size_t read_some(char* data, std::size_t bytes);
    std::size_t write_some(const char* data, std::size_t bytes);
    /// Reads more behind what has been received already; false at the end.
    bool fill();

    Socket socket;
    Duration limit = forever;
    std::string received;   // and not yet given away,
    std::size_t taken = 0;  // from here on
};

}  // namespace sio
