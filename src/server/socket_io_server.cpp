#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <sio/error.hpp>
#include <sio/log.hpp>
#include <sio/manage.hpp>
#include <sio/server.hpp>

#include "net/listen_socket.hpp"
#include "net/tls_context.hpp"
#include "server/bridge.hpp"
#include "server/shard.hpp"
#include "server/stop_signal.hpp"
#include "util/ascii.hpp"

namespace sio {

using server::EnginePath;
using server::Shard;

namespace {

/// A path as EnginePath wants it: with a slash in front and none behind.
std::string clean_path(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) throw std::invalid_argument("sio: the path of an endpoint must not be empty");
    return '/' + std::string(path);
}

void check(const EngineOptions& options) {
    for (const auto& name : options.transports) {
        if (name != "polling" && name != "websocket") throw std::invalid_argument("sio: unknown transport: " + name);
    }
    if (options.transports.empty()) throw std::invalid_argument("sio: no transport is allowed");
    constexpr std::chrono::milliseconds least{1};
    if (options.ping_interval < least || options.ping_timeout < least || options.upgrade_timeout < least ||
        options.close_timeout < least) {
        throw std::invalid_argument("sio: intervals and time limits of EngineOptions must be at least 1 ms");
    }
}

struct Listening {
    Address address;
    TlsOptions tls;
};

std::shared_ptr<const net::TlsContext> load_tls(const TlsOptions& options) {
    if (!options.enabled()) return nullptr;
    return std::make_shared<net::TlsContext>(net::TlsFiles{options.certificate_file, options.private_key_file});
}

}  // namespace

struct SocketIOServer::Impl {
    Impl(App session_app, App page_app, ServerOptions with_options) : options(std::move(with_options)) {
        check(options.engine);
        config.paths.push_back({clean_path(options.resource), options.engine, {}});
        config.socket = options.socket;
        config.session_app = std::move(session_app);
        config.page_app = std::move(page_app);
    }

    const EnginePath* find(std::string_view target) const noexcept {
        for (const auto& path : config.paths) {
            if (path.matches(target)) return &path;
        }
        return nullptr;
    }
    std::size_t max_body_bytes(std::string_view target) const noexcept {
        const EnginePath* const path = find(target);
        return path ? path->options.max_payload_bytes : options.http.max_body_bytes;
    }

    void start();
    void stop(std::chrono::milliseconds grace);
    void set_stop_signal(server::StopSignal* signal) {
        const std::lock_guard lock(state_mutex);
        stop_signal = signal;
        if (signal && !shard) signal->raise();  // stopped again already
    }
    Shard& running() const {
        if (!shard) throw Error(errc::cannot_start, "the server has not been started");
        return *shard;
    }

    ServerOptions options;
    Shard::Config config;
    std::vector<Listening> addresses;
    std::atomic<std::uint16_t> port{0};

    std::mutex state_mutex;  // start and stop
    std::vector<net::ListenSocket> listening;
    std::unique_ptr<Shard> shard;
    server::StopSignal* stop_signal = nullptr;  // of the thread that serves for ever
};

void SocketIOServer::Impl::start() {
    const std::lock_guard lock(state_mutex);
    if (shard) return;

    auto shard_options = std::make_shared<net::ShardOptions>();
    shard_options->limits = options.http;
    shard_options->handler = [this](ExchangePtr exchange) { shard->handle(std::move(exchange)); };
    shard_options->body_limit = [this](const HttpRequest& head) { return max_body_bytes(head.target); };
    auto starting =
        std::make_unique<Shard>(config, std::move(shard_options), std::make_shared<net::Admission>(options.http));
    std::vector<net::ListenSocket> sockets;
    for (const auto& [address, tls] : addresses) {
        const auto context = load_tls(tls);
        auto& socket = sockets.emplace_back(address.host, address.port, 1);
        if (port == 0) port = socket.port();
        for (auto& fd : socket.take(0)) starting->connections().listen(std::move(fd), context);
        log(LogLevel::info, "server", "listening on " + socket.name() + (context ? " (TLS)" : ""));
    }
    listening = std::move(sockets);
    shard = std::move(starting);
    shard->run();
}

void SocketIOServer::Impl::stop(std::chrono::milliseconds grace) {
    const std::lock_guard lock(state_mutex);
    if (!shard) return;
    shard->stop(grace);
    shard->join();
    shard.reset();
    listening.clear();
    port = 0;
    if (stop_signal) stop_signal->raise();
}

SocketIOServer::SocketIOServer(Address address, App app, ServerOptions options)
    : impl_(std::make_unique<Impl>(app, app, std::move(options))) {
    impl_->addresses.push_back({std::move(address), impl_->options.tls});
}

SocketIOServer::SocketIOServer(Namespaces namespaces, ServerOptions options)
    : impl_(std::make_unique<Impl>(route(std::move(namespaces)), App(), std::move(options))) {}

SocketIOServer::~SocketIOServer() { stop(); }

void SocketIOServer::listen(Address address, TlsOptions tls) {
    impl_->addresses.push_back({std::move(address), std::move(tls)});
}

void SocketIOServer::engine_io(std::string path, std::function<void(EngineSocket&)> handler, EngineOptions options) {
    check(options);
    impl_->config.paths.push_back({clean_path(path), std::move(options), std::move(handler)});
}

void SocketIOServer::start() { impl_->start(); }

void SocketIOServer::stop(std::optional<std::chrono::milliseconds> timeout) {
    impl_->stop(timeout.value_or(impl_->options.stop_timeout));
}

void SocketIOServer::serve_forever() {
    server::StopSignal signal(impl_->options.handle_signals);
    impl_->start();
    impl_->set_stop_signal(&signal);
    if (const int number = signal.wait()) {
        log(LogLevel::info, "server", "signal " + std::to_string(number) + ": stopping");
    }
    impl_->set_stop_signal(nullptr);
    stop();
}

std::uint16_t SocketIOServer::port() const noexcept { return impl_->port; }

const ServerOptions& SocketIOServer::config() const noexcept { return impl_->options; }

bool SocketIOServer::owns(std::string_view target) const noexcept { return impl_->find(target) != nullptr; }

std::size_t SocketIOServer::max_body_bytes(std::string_view target) const noexcept {
    return impl_->max_body_bytes(target);
}

void SocketIOServer::handle(ExchangePtr exchange) {
    Shard& shard = impl_->running();
    shard.loop().post([&shard, exchange = std::move(exchange)]() mutable { shard.handle(std::move(exchange)); });
}

void SocketIOServer::handle(std::shared_ptr<detail::HostStream> stream, HttpRequest request, bool keep_alive) {
    Shard& shard = impl_->running();
    shard.loop().post([&shard, stream = std::move(stream), request = std::move(request), keep_alive]() mutable {
        shard.handle(server::make_bridge_exchange(shard.loop(), shard.loop_ref(), std::move(stream), std::move(request),
                                                  keep_alive));
    });
}

void SocketIOServer::adopt(int fd, std::string read_already) {
    Shard& shard = impl_->running();
    shard.loop().post([&shard, socket = net::FileDescriptor(fd), bytes = std::move(read_already)]() mutable {
        shard.connections().adopt(std::move(socket), bytes);
    });
}

std::unique_ptr<ByteLink> SocketIOServer::make_link(int fd, std::string_view read_already) {
    return impl_->running().connections().adopt_link(net::FileDescriptor(fd), read_already);
}

void SocketIOServer::post(std::function<void()> job) { impl_->running().loop().post(std::move(job)); }

std::size_t SocketIOServer::socket_count() const {
    const std::lock_guard lock(impl_->state_mutex);
    if (!impl_->shard) return 0;
    Shard& shard = *impl_->shard;
    if (shard.hub().is_current()) return shard.hub().socket_count();
    std::promise<std::size_t> promise;
    auto count = promise.get_future();
    shard.loop().post(
        [&shard, promise = std::move(promise)]() mutable { promise.set_value(shard.hub().socket_count()); });
    return count.get();
}

std::shared_ptr<Socket> SocketIOServer::get_socket(std::string_view sessid) const {
    return impl_->running().hub().find(sessid);
}

void serve(App app, ServeOptions options) {
    ServerOptions server_options;
    server_options.resource = std::move(options.resource);
    if (!options.transports.empty()) {
        server_options.engine.transports.clear();
        std::string_view rest = options.transports;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            server_options.engine.transports.emplace_back(util::trim_ows(rest.substr(0, comma)));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    SocketIOServer({std::move(options.host), options.port}, std::move(app), std::move(server_options)).serve_forever();
}

}  // namespace sio
