#include "http_client.hpp"

#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace bench {

namespace {

/// The value of Content-Length in a head; throws when it has none.
std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "\r\ncontent-length:";
    for (std::size_t at = 0; (at = head.find("\r\n", at)) != std::string_view::npos; at += 2) {
        if (head.size() - at > name.size() && ::strncasecmp(head.data() + at, name.data(), name.size()) == 0) {
            return std::stoul(std::string(head.substr(at + name.size(), 20)));
        }
    }
    throw std::runtime_error("an answer without Content-Length");
}

}  // namespace

HttpClient::HttpClient(Run& run, std::size_t index, OnAnswer on_answer)
    : run_(run), fd_(connect_to(run.options().port, index)), on_answer_(std::move(on_answer)) {
    run_.watch(fd_, EPOLLIN | EPOLLOUT, *this);
}

HttpClient::~HttpClient() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(fd_);
}

void HttpClient::get(std::string_view target) {
    out_.append("GET ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    flush();
}

void HttpClient::post(std::string_view target, std::string_view body) {
    out_.append("POST ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    out_.append("Content-Type: text/plain;charset=UTF-8\r\nContent-Length: ").append(std::to_string(body.size()));
    out_.append("\r\n\r\n").append(body);
    flush();
}

void HttpClient::flush() {
    if (!connected_) return;
    // Requests are small and answered before the next one: the system takes them whole.
    const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(out_.size())) throw std::system_error(errno, std::generic_category(), "send");
    out_.clear();
}

void HttpClient::on_event(std::uint32_t events) {
    if (!connected_ && (events & EPOLLOUT)) {
        connected_ = true;
        run_.change(fd_, EPOLLIN, *this);
        if (!out_.empty()) flush();
    }
    if (!(events & EPOLLIN)) return;
    auto& buffer = run_.buffer();
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) throw std::runtime_error("the server closed a connection");
    run_.set_now();
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    take_answer();
}

void HttpClient::take_answer() {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const std::string_view head = std::string_view(in_).substr(0, end + 2);
    const std::size_t length = content_length(head);
    if (in_.size() < end + 4 + length) return;
    if (!head.starts_with("HTTP/1.1 200")) throw std::runtime_error(in_.substr(0, 200));
    const std::string body = in_.substr(end + 4, length);
    in_.erase(0, end + 4 + length);
    on_answer_(body);
}

}  // namespace bench
