#pragma once

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <stdexcept>
#include <string>

namespace sio::test {

/// The PostgreSQL server of a test program: begun when first asked for, gone when the program ends, however it does.
/// See tests/support/postgres.py.
class PostgresServer {
public:
    static PostgresServer& instance() {
        static PostgresServer server;
        return server;
    }

    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    /// Over TCP, to the database `postgres`.
    std::string url() const { return "postgresql://sio@127.0.0.1:" + port_ + "/postgres"; }
    /// `host=... user=...`, over the Unix socket.
    std::string by_socket() const { return "host=" + directory_ + " port=" + port_ + " user=sio dbname=postgres"; }
    const std::string& port() const noexcept { return port_; }

    void stop() { command("stop"); }
    void start() { command("start"); }
    void restart() { command("restart"); }

private:
    PostgresServer() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("socketpair");
        link_ = ends[0];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        std::string program = SIO_POSTGRES_PROGRAM;
        std::array<char*, 2> arguments{program.data(), nullptr};
        const int failure = ::posix_spawn(&child_, program.c_str(), &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (failure != 0) throw std::runtime_error("cannot run " + program);
        std::string word;
        std::istringstream(line()) >> word >> port_ >> directory_;
        if (word != "ready") throw std::runtime_error("no PostgreSQL server");
    }
    ~PostgresServer() {
        ::close(link_);
        int status = 0;
        ::waitpid(child_, &status, 0);
    }

    void command(const std::string& text) {
        const std::string sent = text + '\n';
        if (::send(link_, sent.data(), sent.size(), MSG_NOSIGNAL) < 0 || line() != "done")
            throw std::runtime_error("the PostgreSQL server has not obeyed: " + text);
    }

    std::string line() const {
        std::string text;
        for (char c = 0; ::recv(link_, &c, 1, 0) == 1 && c != '\n';) text += c;
        return text;
    }

    int link_ = -1;
    pid_t child_ = 0;
    std::string port_;
    std::string directory_;
};

}  // namespace sio::test
