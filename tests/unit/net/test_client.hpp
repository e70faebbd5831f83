#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "net/file_descriptor.hpp"

namespace sio::net::test {

struct ClientResponse {
    int status = 0;
    /// Names in lower case; the last of several fields of one name.
    std::map<std::string, std::string> headers;
    std::string body;
    /// The bytes of status line and headers.
    std::string head;
    /// Whether all of it came before the connection ended.
    bool complete = false;
};

/// A blocking client that writes and reads raw bytes. Each call gives up after five seconds.
class Client {
public:
    explicit Client(FileDescriptor socket);
    static Client tcp(std::uint16_t port, const std::string& host = "127.0.0.1");
    static Client unix_socket(const std::string& path);
    /// With a small receive buffer, so that the server soon has to wait.
    static Client slow_tcp(std::uint16_t port, int receive_buffer = 4096);

    void send(std::string_view bytes);
    /// Whether all of `bytes` could be sent: false once the server has closed.
    bool try_send(std::string_view bytes);
    /// One read; empty at the end of the stream, after an error, and after five seconds.
    std::string receive();
    /// Exactly `size` bytes, or less if the stream ends before.
    std::string receive_exactly(std::size_t size);
    /// Everything up to the end of the stream.
    std::string receive_all();
    /// One response. `to_head`: it answers a HEAD request.
    ClientResponse response(bool to_head = false);
    /// Ends the sending side.
    void half_close();
    /// Closes with a reset.
    void reset();
    void close() { socket_.reset(); }
    /// Whether the server closes within `limit`, and sends nothing before it does.
    bool closed_within(std::chrono::milliseconds limit);
    /// Whether the last read ended with a reset instead of an orderly end.
    bool was_reset() const noexcept { return reset_; }
    int fd() const noexcept { return socket_.get(); }

private:
    bool fill();

    FileDescriptor socket_;
    std::string buffer_;
    bool reset_ = false;
};

}  // namespace sio::net::test
