#include "database/redis/wire.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <utility>

#include <sio/error.hpp>
#include <sio/redis/error.hpp>

#include "io/limited.hpp"

namespace sio::redis {

namespace {

constexpr std::size_t buffer_bytes = 32 * 1024;

client::Stream connect_stream(const Options& options) {
    constexpr std::string_view unix_prefix = "unix:";
    if (options.host.starts_with(unix_prefix) &&
        options.host.size() - unix_prefix.size() >= sizeof(sockaddr_un::sun_path)) {
        throw sio::Error(errc::invalid_value, "Redis: the path of a Unix socket is too long: " + options.host);
    }
    client::Stream stream({options.host, options.port}, "Redis at " + options.address());
    // A server that vanished without a word is noticed in the end; in vain for a Unix socket.
    const int on = 1;
    ::setsockopt(stream.native_handle(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (options.use_tls) {
        const auto context = client::shared_tls_context(options.tls);
        stream.secure(context.get(), options.host, options.tls);
    }
    return stream;
}

}  // namespace

std::unique_ptr<Wire> Wire::connect(const Options& options) {
    std::unique_ptr<Wire> wire;
    const bool in_time = io::within(options.connect_timeout, [&] {
        wire = std::make_unique<Wire>(connect_stream(options), options.limits);
        wire->greet(options);
    });
    if (!in_time) throw TimeoutError("connect to Redis at " + options.address());
    return wire;
}

Wire::Wire(client::Stream stream, const ReplyLimits& limits)
    : stream_(std::move(stream)), parser_(limits), buffer_(buffer_bytes) {}

Value Wire::read() {
    while (!parser_.feed(received_)) {
        const std::size_t got = stream_.read_some(buffer_.data(), buffer_.size());
        if (got == 0) throw sio::Error(errc::connection_closed, "Redis: the server closed the connection");
        received_ = {buffer_.data(), got};
        heard_at_ = std::chrono::steady_clock::now();
    }
    return parser_.take();
}

void Wire::greet(const Options& options) {
    const bool authenticated = options.protocol != 2 && greet_resp3(options);
    if (!authenticated && !options.password.empty()) {
        Command auth("AUTH");
        if (!options.user.empty()) auth.add(options.user);
        call(auth.add(options.password)).throw_if_error();
    }
    if (!options.client_name.empty()) call(Command("CLIENT", "SETNAME", options.client_name)).throw_if_error();
    if (options.database != 0) call(Command("SELECT", options.database)).throw_if_error();
}

// False: the server stays with RESP2. https://redis.io/docs/latest/commands/hello/
bool Wire::greet_resp3(const Options& options) {
    Command hello("HELLO", 3);
    if (!options.password.empty()) {
        hello.add("AUTH").add(options.user.empty() ? "default" : options.user.c_str()).add(options.password);
    }
    const Value reply = call(hello);
    if (!reply.is_error()) return true;
    const redis::Error error{std::string(reply.text())};
    // ERR: before 6.0 an unknown command.
    if (error.code() == "ERR" || error.code() == "NOPROTO" || error.code() == "NOPERM") return false;
    throw error;
}

Value Wire::call(const Command& command) {
    std::string bytes;
    command.encode_to(bytes);
    write(bytes);
    return read();
}

}  // namespace sio::redis
