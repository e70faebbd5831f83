#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace bench {

namespace {

const sio::wire::WsParserOptions& parser_options() {
    static const sio::wire::WsParserOptions options{.role = sio::wire::WsRole::client,
                                                    .max_message_bytes = 64 * 1024 * 1024};
    return options;
}

// A mask that changes nothing would spare the server its work on some implementations.
constexpr std::uint32_t mask = 0x5bd1e995;

}  // namespace

int connect_to(std::uint16_t port, std::size_t index) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    // One source address has ports for 28 000 connections, but long before that the kernel takes long to find a free one.
    ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(index / 2000));
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        ::close(fd);
        throw std::system_error(error, std::generic_category(), "connect");
    }
    return fd;
}

Client::Client(Run& run, ClientListener& listener, std::size_t index)
    : run_(run),
      listener_(listener),
      index_(index),
      fd_(connect_to(run.options().port, index)),
      parser_(parser_options()) {
    run_.watch(fd_, EPOLLIN | EPOLLOUT, *this);
}

Client::~Client() {
    // Without TIME_WAIT: the ports are needed again.
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
}

void Client::on_event(std::uint32_t events) {
    if (state_ == State::connecting && (events & (EPOLLOUT | EPOLLERR))) on_connected();
    if (events & EPOLLIN) read();
    if (waits_to_write_ && (events & EPOLLOUT)) flush();
}

void Client::on_connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) throw std::system_error(error, std::generic_category(), "connect");
    run_.change(fd_, EPOLLIN, *this);
    state_ = State::upgrading;
    out_ +=
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    flush();
}

void Client::read() {
    auto& buffer = run_.buffer();
    for (;;) {
        const std::size_t kept = in_.size();
        std::memcpy(buffer.data(), in_.data(), kept);
        in_.clear();
        const ssize_t got = ::recv(fd_, buffer.data() + kept, buffer.size() - kept, 0);
        if (got < 0 && errno == EAGAIN) {
            in_.assign(buffer.data(), kept);
            break;
        }
        if (got <= 0) throw std::runtime_error("the server closed a connection");
        const std::size_t size = kept + static_cast<std::size_t>(got);
        run_.set_now();
        if (state_ == State::upgrading) {
            in_.assign(buffer.data(), size);
            take_upgrade_answer();
        } else {
            const std::size_t used = parser_.feed(buffer.data(), size, *this);
            in_.assign(buffer.data() + used, size - used);
        }
        if (size < buffer.size()) break;
    }
    if (!out_.empty()) flush();
}

void Client::take_upgrade_answer() {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!in_.starts_with("HTTP/1.1 101")) throw std::runtime_error("no upgrade: " + in_.substr(0, in_.find('\r')));
    state_ = State::opening;
    std::string rest = in_.substr(end + 4);
    const std::size_t used = parser_.feed(rest.data(), rest.size(), *this);
    in_ = rest.substr(used);
}

bool Client::on_message(const sio::wire::WsMessage& message) {
    const std::string_view text = message.payload();
    if (!message.binary && text == "2") {
        frame("3");
    } else if (state_ == State::ready) {
        if (text.starts_with('4')) listener_.on_packet(*this, text.substr(1));
    } else if (state_ == State::opening && text.starts_with('0')) {
        state_ = State::joining;
        frame("40");
    } else if (state_ == State::joining && text.starts_with("40")) {
        state_ = State::ready;
        listener_.on_ready(*this);
    } else {
        throw std::runtime_error("unexpected while connecting: " + std::string(text.substr(0, 100)));
    }
    return true;
}

bool Client::on_ping(std::string_view payload) {
    sio::wire::append_ws_masked_frame(out_, sio::wire::WsOpcode::pong, payload, mask);
    return true;
}

void Client::on_close(std::uint16_t code, std::string_view) {
    throw std::runtime_error("the server closed a WebSocket with " + std::to_string(code));
}

void Client::on_error(sio::wire::WsError error) {
    throw std::runtime_error("malformed: " + std::string(error_text(error)));
}

void Client::send(std::string_view packet) {
    thread_local std::string text;
    text.assign(1, '4').append(packet);
    frame(text);
}

void Client::frame(std::string_view text) {
    sio::wire::append_ws_masked_frame(out_, sio::wire::WsOpcode::text, text, mask);
}

void Client::flush() {
    std::size_t sent = 0;
    while (sent < out_.size()) {
        const ssize_t count = ::send(fd_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) throw std::system_error(errno, std::generic_category(), "send");
        if (count < 0) break;
        sent += static_cast<std::size_t>(count);
    }
    out_.erase(0, sent);
    if (waits_to_write_ == out_.empty()) {
        waits_to_write_ = !out_.empty();
        run_.change(fd_, waits_to_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN, *this);
    }
}

}  // namespace bench
