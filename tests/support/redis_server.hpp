#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace sio::test {

/// A redis-server of a test's own: on a free port of 127.0.0.1 and on a Unix socket, in a folder that is gone
/// afterwards. Ends with this object, and with the test program however that ends. Throws when there is no redis-server.
class RedisServer {
public:
    explicit RedisServer(std::vector<std::string> settings = {}) : settings_(std::move(settings)) {
        std::string pattern = (std::filesystem::temp_directory_path() / "sio-redis-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp " + pattern);
        folder_ = pattern;
        for (int attempt = 0;; ++attempt) {
            port_ = free_port();
            try {
                start();
                return;
            } catch (const std::exception&) {  // maybe another process has taken the port meanwhile
                stop();
                if (attempt < 2) continue;
                std::filesystem::remove_all(folder_);
                throw;
            }
        }
    }
    ~RedisServer() {
        stop();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const noexcept { return port_; }
    std::string unix_path() const { return folder_ + "/redis.sock"; }
    /// A port that nobody listened on a moment ago.
    static std::uint16_t free_port() {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = local(0);
        socklen_t size = sizeof address;
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        ::close(fd);
        return ntohs(address.sin_port);
    }

    /// On the same port as before, with nothing in it. Blocks the thread.
    void start() {
        std::vector<std::string> arguments{"redis-server",
                                           "--port",
                                           std::to_string(port_),
                                           "--bind",
                                           "127.0.0.1",
                                           "--unixsocket",
                                           unix_path(),
                                           "--dir",
                                           folder_,
                                           "--save",
                                           "",
                                           "--appendonly",
                                           "no",
                                           "--loglevel",
                                           "warning",
                                           "--enable-debug-command",
                                           "yes"};
        arguments.insert(arguments.end(), settings_.begin(), settings_.end());
        std::vector<char*> pointers;
        for (std::string& each : arguments) pointers.push_back(each.data());
        pointers.push_back(nullptr);
        const pid_t parent = ::getpid();
        process_ = ::fork();
        if (process_ < 0) throw std::runtime_error("fork");
        if (process_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent) ::_exit(126);
            const int nothing = ::open("/dev/null", O_RDWR);
            ::dup2(nothing, STDIN_FILENO);
            ::dup2(nothing, STDOUT_FILENO);
            ::execvp(pointers.front(), pointers.data());
            ::_exit(127);
        }
        wait_until_it_listens();
    }
    /// Keeps its connections, and says nothing until resume().
    void pause() const { ::kill(process_, SIGSTOP); }
    void resume() const { ::kill(process_, SIGCONT); }
    /// Without a farewell: connections are reset or end.
    void stop() {
        if (process_ <= 0) return;
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

private:
    static sockaddr_in local(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }

    void wait_until_it_listens() {
        for (const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);;) {
            int status = 0;
            if (::waitpid(process_, &status, WNOHANG) == process_) {
                process_ = 0;
                if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
                    throw std::runtime_error(
                        "redis-server is not installed, which these tests need (Debian: redis-server)");
                }
                throw std::runtime_error("redis-server has ended at once");
            }
            const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const sockaddr_in address = local(port_);
            const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
            ::close(fd);
            if (connected) return;
            if (std::chrono::steady_clock::now() > end) throw std::runtime_error("redis-server does not listen");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::vector<std::string> settings_;
    std::string folder_;
    std::uint16_t port_ = 0;
    pid_t process_ = 0;
};

}  // namespace sio::test
