// sio mounted in an HTTP server that has nothing to do with Beast: here one of the plainest kind, which blocks in a thread
// for each connection. What it takes is one class, an sio::Exchange.
//
//     mount_exchange PORT

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include "../common/echo_namespace.hpp"

namespace {

/// What becomes of a request: an answer, or the connection has been handed over to sio.
struct Outcome {
    std::optional<sio::Response> response;
};

class HostExchange final : public sio::Exchange {
public:
    HostExchange(sio::SocketIOServer& server, sio::HttpRequest request, int fd, std::string read_already,
                 std::promise<Outcome> outcome)
        : server_(server),
          request_(std::move(request)),
          fd_(fd),
          read_already_(std::move(read_already)),
          outcome_(std::move(outcome)) {}

    ~HostExchange() override {
        if (!answered_) outcome_.set_value({});
    }

    sio::HttpRequest& request() noexcept override { return request_; }

    void respond(sio::Response response) override {
        answered_ = true;
        outcome_.set_value({std::move(response)});
    }

    std::unique_ptr<sio::ByteLink> upgrade(sio::Response response) override {
        auto link = server_.make_link(::dup(fd_), read_already_);
        std::string head = "HTTP/1.1 101 Switching Protocols\r\n";
        for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
        link->write(head + "\r\n");
        answered_ = true;
        outcome_.set_value({});
        return link;
    }

    /// This host notices only when it writes; the heartbeat ends such a session.
    void on_abandoned(std::function<void()>) override {}

private:
    sio::SocketIOServer& server_;
    sio::HttpRequest request_;
    int fd_;
    std::string read_already_;
    std::promise<Outcome> outcome_;
    bool answered_ = false;
};

/// Reads one request off the blocking socket; nothing at its end. `buffer` keeps what follows.
std::optional<sio::HttpRequest> read_request(int fd, std::string& buffer) {
    const auto more = [&] {
        char chunk[4096];
        const auto size = ::recv(fd, chunk, sizeof chunk, 0);
        if (size > 0) buffer.append(chunk, static_cast<std::size_t>(size));
        return size > 0;
    };
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (buffer.size() > 8192 || !more()) return {};
    }
    sio::HttpRequest request;
    std::size_t line_end = buffer.find("\r\n");
    const std::string line = buffer.substr(0, line_end);
    const auto first = line.find(' ');
    const auto second = line.rfind(' ');
    if (first == second) return {};
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, second - first - 1);
    while (line_end < end) {
        const std::size_t start = line_end + 2;
        line_end = buffer.find("\r\n", start);
        const std::string field = buffer.substr(start, line_end - start);
        const auto colon = field.find(':');
        if (colon == std::string::npos) return {};
        request.headers.add(field.substr(0, colon), field.substr(field.find_first_not_of(' ', colon + 1)));
    }
    buffer.erase(0, end + 4);
    const std::size_t length = std::strtoul(std::string(request.headers.get("Content-Length")).c_str(), nullptr, 10);
    if (length > 1'000'000) return {};
    while (buffer.size() < length) {
        if (!more()) return {};
    }
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return request;
}

bool write_response(int fd, const sio::Response& response) {
    std::string text =
        "HTTP/1.1 " + std::to_string(response.status) + ' ' + std::string(sio::reason_phrase(response.status)) + "\r\n";
    for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
    text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
    return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// Requests that are being answered: the program does not end before.
std::atomic<int> answering{0};
struct Answering {
    Answering() { ++answering; }
    ~Answering() {
        --answering;
        answering.notify_all();
    }
};

void serve_connection(int fd, sio::SocketIOServer& server) {
    std::string buffer;
    while (auto request = read_request(fd, buffer)) {
        const Answering until_answered;
        sio::Response response =
            request->target == "/"
                ? sio::Response::html("<!doctype html><title>Host</title><h1>The host's own page</h1>")
                : sio::Response(404, "Not found");
        if (server.owns(request->target)) {
            std::promise<Outcome> promise;
            auto future = promise.get_future();
            const bool websocket = request->headers.contains("Upgrade");
            server.handle(std::make_unique<HostExchange>(
                server, std::move(*request), fd, websocket ? std::move(buffer) : std::string(), std::move(promise)));
            auto outcome = future.get();
            if (!outcome.response) break;
            response = std::move(*outcome.response);
            if (websocket) {
                write_response(fd, response);
                break;
            }
        }
        if (!write_response(fd, response)) break;
    }
    ::close(fd);
}

int listener = -1;

}  // namespace

int main(int, char** argv) {
    sio::Namespaces namespaces;
    namespaces.add<EchoNamespace>("/");
    sio::SocketIOServer server(namespaces);
    server.start();

    listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(argv[1] ? std::atoi(argv[1]) : 0));
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 128) != 0) {
        std::perror("cannot listen");
        return 1;
    }
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::cout << "listening on http://127.0.0.1:" << ntohs(address.sin_port) << std::endl;

    const auto stop = [](int) { ::shutdown(listener, SHUT_RDWR); };
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);
    for (int fd; (fd = ::accept(listener, nullptr, nullptr)) >= 0;) {
        std::thread(serve_connection, fd, std::ref(server)).detach();
    }
    server.stop();  // answers the polls that wait
    for (int left; (left = answering) != 0;) answering.wait(left);
    std::_Exit(0);  // threads of idle connections still block in recv(): a host of this kind has no better end
}
