#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <sio/client_tls.hpp>
#include <sio/detail/wait_queue.hpp>

namespace sio::redis {

/// What one answer may be. Beyond, the connection is closed and its commands fail with Error(errc::limit_exceeded).
struct ReplyLimits {
    /// Arrays in arrays, ... Default: 32.
    std::size_t max_depth = 32;
    /// All elements of all aggregates; a map's entry counts as two. Each takes 48 bytes at least. Default: 16 million.
    std::size_t max_elements = 16'000'000;
    /// Bytes of the strings, lengths and numbers. Default: 1 GiB (Redis's own strings have at most 512 MiB).
    std::size_t max_bytes = std::size_t{1} << 30;
};

/// Where a server is, and how a Client or a Subscriber speaks with it.
struct Options {
    Options() = default;
    /// `redis://user:password@host:port/db`, `rediss://` over TLS, `unix://user:password@/path?db=1`; all but scheme and
    /// path are optional (`redis://` is 127.0.0.1:6379), and user and password are percent-encoded. Implicit, so that a URL
    /// can stand for options. Throws Error(errc::invalid_value), without the password in its text.
    Options(std::string_view url);  // NOLINT(google-explicit-constructor)
    Options(const std::string& url) : Options(std::string_view(url)) {}
    Options(const char* url) : Options(std::string_view(url)) {}

    /// A name, a numeric address, or `unix:/path`.
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    /// Whether the connection is encrypted (not on Unix sockets), and whom it trusts.
    bool use_tls = false;
    ClientTls tls = {};
    /// Of an ACL user; empty: the user `default`.
    std::string user = {};
    /// Empty: no AUTH.
    std::string password = {};
    /// For SELECT. Default: 0.
    int database = 0;
    /// For CLIENT SETNAME. Default: empty, none.
    std::string client_name = {};
    /// 3: RESP3 where the server knows it, otherwise RESP2. 2: RESP2.
    int protocol = 3;

    /// For name, connection, TLS and greeting.
    Duration connect_timeout = std::chrono::seconds(10);
    /// How long each call may take, from the call to its answer: then Timeout, and when the server has sent nothing at all
    /// meanwhile, another connection for those that follow. Default: no limit; see also TimeoutScope.
    Duration timeout = forever;
    /// Between a failed attempt to connect and the next: at least `backoff_min`, doubled with each failure up to
    /// `backoff_max`, and up to half as much again by chance, so that many clients do not come at once.
    Duration backoff_min = std::chrono::milliseconds(50);
    Duration backoff_max = std::chrono::seconds(5);
    ReplyLimits limits = {};

    /// For messages: `127.0.0.1:6379`.
    std::string address() const;
};

}  // namespace sio::redis
