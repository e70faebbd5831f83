// bench_floor PORT: the least that can answer bench_load. An epoll loop and WebSocket frames, nothing else: no HTTP but one
// fixed answer, no JSON, sessions, heartbeats, namespaces, limits or errors; one read and one write for a connection and turn.
// It believes whatever it is told and is good for nothing but to show what the kernel leaves to be had.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "wire/ws_frame.hpp"
#include "wire/ws_parser.hpp"

namespace {

using sio::wire::WsOpcode;

class Connection;
using Members = std::vector<Connection*>;

struct Server {
    int poll = -1;
    Members everyone;
    std::map<std::string, Members, std::less<>> rooms;
    std::vector<Connection*> to_flush;
    std::vector<char> buffer = std::vector<char>(256 * 1024);
};

class Connection final : sio::wire::WsReceiver {
public:
    Connection(Server& server, int fd) : server_(server), fd_(fd), parser_(options) {
        server_.everyone.push_back(this);
    }
    ~Connection() {
        std::erase(server_.everyone, this);
        std::erase(server_.to_flush, this);
        for (auto& room : server_.rooms) std::erase(room.second, this);
        ::close(fd_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // False when the peer has gone.
    bool read() {
        auto& buffer = server_.buffer;
        in_.copy(buffer.data(), in_.size());
        const ssize_t got = ::recv(fd_, buffer.data() + in_.size(), buffer.size() - in_.size(), 0);
        if (got <= 0) return got < 0 && errno == EAGAIN;
        const std::size_t size = in_.size() + static_cast<std::size_t>(got);
        const std::size_t used = open_ ? parser_.feed(buffer.data(), size, *this) : upgrade({buffer.data(), size});
        in_.assign(buffer.data() + used, size - used);
        return true;
    }

    void flush() {
        const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
        out_.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
        if (out_.empty() == waits_to_write_) {
            waits_to_write_ = !out_.empty();
            epoll_event event{.events = waits_to_write_ ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.ptr = this}};
            ::epoll_ctl(server_.poll, EPOLL_CTL_MOD, fd_, &event);
        }
    }

private:
    static constexpr sio::wire::WsParserOptions options{};

    std::size_t upgrade(std::string_view request) {
        if (!request.ends_with("\r\n\r\n")) return 0;
        open_ = true;
        // The generator's key is the one of RFC 6455 section 1.3.
        queue(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        send(R"(0{"sid":"floor","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
        return request.size();
    }

    bool on_message(const sio::wire::WsMessage& message) override {
        const std::string_view text = message.payload();
        if (text == "40") {
            send(R"(40{"sid":"floor"})");
        } else if (text.starts_with(R"(42["bcast",)")) {
            to_all(server_.everyone, text);
        } else if (text.starts_with(R"(42["room",")")) {
            const std::size_t name_end = text.find('"', 11);
            const auto room = server_.rooms.find(text.substr(11, name_end - 11));
            text_.assign(R"(42["room")").append(text.substr(name_end + 1));
            to_all(room->second, text_);
        } else if (const std::size_t echo = text.find(R"(["echo",)"); echo != text.npos) {
            text_.assign("43").append(text.substr(2, echo - 2)).append("[").append(text.substr(echo + 8));
            send(text_);
        } else if (text.starts_with(R"(420["join",")")) {
            server_.rooms[std::string(text.substr(12, text.size() - 14))].push_back(this);
            send("430[]");
        }
        return true;
    }
    bool on_ping(std::string_view) override { return true; }
    bool on_pong(std::string_view) override { return true; }
    void on_close(std::uint16_t, std::string_view) override {}
    void on_error(sio::wire::WsError) override {}

    void send(std::string_view text) {
        frame_.clear();
        append_ws_frame(frame_, WsOpcode::text, text);
        queue(frame_);
    }
    void to_all(const Members& members, std::string_view text) {
        frame_.clear();
        append_ws_frame(frame_, WsOpcode::text, text);
        for (Connection* member : members) member->queue(frame_);
    }
    void queue(std::string_view bytes) {
        if (out_.empty()) server_.to_flush.push_back(this);
        out_.append(bytes);
    }

    static inline std::string text_;
    static inline std::string frame_;
    Server& server_;
    int fd_;
    bool open_ = false;
    bool waits_to_write_ = false;
    sio::wire::WsParser parser_;
    std::string in_;
    std::string out_;
};

int listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0) {
        throw std::system_error(errno, std::generic_category(), "listen");
    }
    return fd;
}

void serve(std::uint16_t port) {
    Server server;
    server.poll = ::epoll_create1(EPOLL_CLOEXEC);
    const int listener = listen_on(port);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    ::epoll_ctl(server.poll, EPOLL_CTL_ADD, listener, &event);
    std::printf("the floor: listening on 127.0.0.1:%u\n", port);
    std::fflush(stdout);
    std::array<epoll_event, 256> events{};
    for (;;) {
        const int count = ::epoll_wait(server.poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
            const auto ready = events[static_cast<std::size_t>(i)].events;
            if (connection == nullptr) {
                const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (fd < 0) continue;
                event = {.events = EPOLLIN, .data = {.ptr = new Connection(server, fd)}};
                ::epoll_ctl(server.poll, EPOLL_CTL_ADD, fd, &event);
            } else if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !connection->read()) {
                delete connection;
            } else if ((ready & EPOLLOUT) != 0) {
                connection->flush();
            }
        }
        for (Connection* connection : server.to_flush) connection->flush();
        server.to_flush.clear();
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        serve(static_cast<std::uint16_t>(argc == 2 ? std::atoi(argv[1]) : 0));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_floor: %s\n", error.what());
        return 1;
    }
}
