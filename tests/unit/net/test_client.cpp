#include "unit/net/test_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "util/ascii.hpp"

namespace sio::net::test {

namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

FileDescriptor connected(int family, const void* address, ::socklen_t size, int receive_buffer = 0) {
    FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer != 0) ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (::connect(fd.get(), static_cast<const ::sockaddr*>(address), size) != 0) fail("connect");
    return fd;
}

FileDescriptor connected_tcp(const std::string& host, std::uint16_t port, int receive_buffer = 0) {
    if (host.find(':') != std::string::npos) {
        ::sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(port);
        ::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr);
        return connected(AF_INET6, &address, sizeof address, receive_buffer);
    }
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    return connected(AF_INET, &address, sizeof address, receive_buffer);
}

}  // namespace

Client::Client(FileDescriptor socket) : socket_(std::move(socket)) {
    const ::timeval limit{5, 0};
    const int on = 1;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Client Client::tcp(std::uint16_t port, const std::string& host) { return Client(connected_tcp(host, port)); }
Client Client::slow_tcp(std::uint16_t port, int receive_buffer) {
    return Client(connected_tcp("127.0.0.1", port, receive_buffer));
}

Client Client::unix_socket(const std::string& path) {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return Client(connected(AF_UNIX, &address, sizeof address));
}

void Client::send(std::string_view bytes) {
    if (!try_send(bytes)) fail("send");
}

bool Client::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool Client::fill() {
    std::array<char, 16384> piece;
    const auto got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
    if (got < 0 && errno == ECONNRESET) reset_ = true;
    if (got <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
}

std::string Client::receive() {
    if (buffer_.empty()) fill();
    return std::exchange(buffer_, {});
}

std::string Client::receive_exactly(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    auto bytes = buffer_.substr(0, size);
    buffer_.erase(0, bytes.size());
    return bytes;
}

std::string Client::receive_all() {
    while (fill()) {
    }
    return std::exchange(buffer_, {});
}

ClientResponse Client::response(bool to_head) {
    ClientResponse response;
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return response;
    }
    response.head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    response.status = std::stoi(response.head.substr(9, 3));
    for (auto line = response.head.find("\r\n") + 2; line < end;) {
        const auto next = response.head.find("\r\n", line);
        const auto colon = response.head.find(':', line);
        std::string name;
        for (auto i = line; i < colon; ++i) name += util::ascii_lower(response.head[i]);
        response.headers[name] = util::trim_ows(std::string_view(response.head).substr(colon + 1, next - colon - 1));
        line = next + 2;
    }
    if (to_head || response.status < 200 || response.status == 204 || response.status == 304) {
        response.complete = true;
    } else if (response.headers.count("content-length") != 0) {
        const auto length = std::stoull(response.headers["content-length"]);
        response.body = receive_exactly(length);
        response.complete = response.body.size() == length;
    } else if (response.headers.count("transfer-encoding") != 0) {
        for (;;) {
            std::size_t line_end;
            while ((line_end = buffer_.find("\r\n")) == std::string::npos) {
                if (!fill()) return response;
            }
            const auto size = std::stoull(buffer_.substr(0, line_end), nullptr, 16);
            buffer_.erase(0, line_end + 2);
            const auto chunk = receive_exactly(size + 2);
            if (chunk.size() < size + 2) return response;
            response.body += chunk.substr(0, size);
            if (size == 0) break;
        }
        response.complete = true;
    } else {
        response.body = receive_all();
        response.complete = !reset_;
    }
    return response;
}

void Client::half_close() { ::shutdown(socket_.get(), SHUT_WR); }

void Client::reset() {
    const ::linger linger{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    socket_.reset();
}

bool Client::closed_within(std::chrono::milliseconds limit) {
    ::pollfd poll{socket_.get(), POLLIN, 0};
    if (!buffer_.empty() || ::poll(&poll, 1, static_cast<int>(limit.count())) != 1) return false;
    return !fill();
}

}  // namespace sio::net::test
