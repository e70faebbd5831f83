// What connections cost: memory of idle ones, CPU time and system calls of requests.
//
// A child process serves, this one is the clients, so that the figures are the server's alone.
//   bench_net [connections] [requests]
// System calls: strace -c -p the process that it names, with no connections and many requests.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "net/listen_socket.hpp"
#include "net/shard.hpp"

using namespace sio;
using namespace sio::net;

namespace {

struct Echo final : ByteReceiver {
    explicit Echo(std::unique_ptr<ByteLink> connection) : link(std::move(connection)) { link->set_receiver(this); }
    std::size_t on_bytes(char* data, std::size_t size) override {
        link->write(std::string_view(data, size));
        return size;
    }
    void on_end(std::string_view) override { delete this; }
    std::unique_ptr<ByteLink> link;
};

void serve(int port_out) {
    std::vector<ExchangePtr> waiting;
    auto options = std::make_shared<ShardOptions>();
    options->limits.idle_timeout = std::chrono::hours(1);
    options->handler = [&](ExchangePtr exchange) {
        if (exchange->request().target == "/wait") {
            waiting.push_back(std::move(exchange));
        } else if (exchange->request().target == "/upgrade") {
            Response response(101);
            response.headers = {{"Upgrade", "echo"}, {"Connection", "Upgrade"}};
            new Echo(exchange->upgrade(std::move(response)));
        } else {
            exchange->respond(Response(200, "hello"));
        }
    };
    greenlet::Loop loop;
    Shard shard(loop, options, std::make_shared<Admission>(options->limits));
    ListenSocket listening("127.0.0.1", 0, 1);
    for (auto& fd : listening.take(0)) shard.listen(std::move(fd));
    const auto port = listening.port();
    if (::write(port_out, &port, sizeof port) != sizeof port) std::abort();
    loop.run();
}

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) != 0) {
        std::perror("connect");
        std::exit(1);
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
        std::perror("send");
        std::exit(1);
    }
}

/// Reads answers until `count` of them have come.
void receive_answers(int fd, int count, std::string_view end) {
    std::string buffer;
    char piece[65536];
    while (count > 0) {
        const auto got = ::recv(fd, piece, sizeof piece, 0);
        if (got <= 0) std::exit(1);
        buffer.append(piece, static_cast<std::size_t>(got));
        for (std::size_t at; (at = buffer.find(end)) != std::string::npos; --count) buffer.erase(0, at + end.size());
    }
}

double resident_kb(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    double size = 0, resident = 0;
    file >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

double cpu_seconds(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/schedstat");
    double nanoseconds = 0;
    file >> nanoseconds;
    return nanoseconds / 1e9;
}

constexpr std::string_view headers =
    "Host: localhost:5000\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: */*\r\nAccept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Referer: http://localhost:5000/\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n";

std::string request(std::string_view target, std::string_view more = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(headers) + std::string(more) + "\r\n";
}

/// A server in a process of its own.
struct Server {
    Server() {
        int pipe_fds[2];
        if (::pipe(pipe_fds) != 0) std::abort();
        pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(pipe_fds[1]);
            std::_Exit(0);
        }
        if (::read(pipe_fds[0], &port, sizeof port) != sizeof port) std::abort();
        const int warm = connect_to(port);
        send_all(warm, request("/"));
        receive_answers(warm, 1, "hello");
        ::close(warm);
    }
    ~Server() {
        ::kill(pid, SIGTERM);
        ::waitpid(pid, nullptr, 0);
    }
    pid_t pid = 0;
    std::uint16_t port = 0;
};

void measure_idle(const char* name, const std::string& first, std::string_view answer, int connections) {
    const Server server;
    const double before = resident_kb(server.pid);
    std::vector<int> sockets;
    for (int i = 0; i < connections; ++i) {
        sockets.push_back(connect_to(server.port));
        send_all(sockets.back(), first);
        if (!answer.empty()) receive_answers(sockets.back(), 1, answer);
    }
    ::usleep(200'000);
    std::printf("idle, %s: %.2f KB a connection\n", name, (resident_kb(server.pid) - before) / connections);
    std::fflush(stdout);
    for (const int fd : sockets) ::close(fd);
}

void measure_requests(int requests, int depth) {
    const Server server;
    std::string batch;
    for (int i = 0; i < depth; ++i) batch += request("/");
    std::vector<int> sockets;
    for (int i = 0; i < 100; ++i) sockets.push_back(connect_to(server.port));
    std::printf("server is process %d; %d requests, %d in flight on each of 100 connections\n", server.pid, requests,
                depth);
    std::fflush(stdout);
    const double begin = cpu_seconds(server.pid);
    for (int done = 0; done < requests;) {
        for (const int fd : sockets) send_all(fd, batch);
        for (const int fd : sockets) receive_answers(fd, depth, "hello");
        done += depth * static_cast<int>(sockets.size());
    }
    std::printf("%.0f requests a CPU second of the server\n", requests / (cpu_seconds(server.pid) - begin));
    for (const int fd : sockets) ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
    const int connections = argc > 1 ? std::atoi(argv[1]) : 5000;
    const int requests = argc > 2 ? std::atoi(argv[2]) : 100'000;
    if (connections > 0) {
        measure_idle("keep-alive, after one request", request("/"), "hello", connections);
        measure_idle("a request that waits", request("/wait"), {}, connections);
        measure_idle("upgraded", request("/upgrade", "Upgrade: echo\r\nConnection: Upgrade\r\n"), "\r\n\r\n",
                     connections);
    }
    measure_requests(requests, 1);
    measure_requests(requests, 16);
}
