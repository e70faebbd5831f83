#include <atomic>
#include <mutex>
#include <utility>

#include <sio/error.hpp>
#include <sio/log.hpp>
#include <sio/manage.hpp>
#include <sio/server.hpp>

#include "net/listen_socket.hpp"
#include "net/tls_context.hpp"
#include "server/bridge.hpp"
#include "server/engine_socket.hpp"
#include "server/shard.hpp"
#include "server/socket_io.hpp"
#include "server/stop_signal.hpp"

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
    Impl(App with_app, ServerOptions with_options) : options(std::move(with_options)) {
        config.app = std::move(with_app);
        auto path = std::make_unique<EnginePath>();
        path->path = clean_path(options.resource);
        path->options = options.engine;
        path->begin = [this](const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
            return server::begin_socket_io(config.app, options.socket, handshake, std::move(environ));
        };
        config.paths.push_back(std::move(path));
    }

    const EnginePath* find(std::string_view target) const noexcept {
        for (const auto& path : config.paths) {
            if (path->matches(target)) return path.get();
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
    auto starting = std::make_unique<Shard>(config, std::move(shard_options),
                                            std::make_shared<net::Admission>(options.http));
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
    : impl_(std::make_unique<Impl>(std::move(app), std::move(options))) {
    impl_->addresses.push_back({std::move(address), impl_->options.tls});
}

SocketIOServer::SocketIOServer(Namespaces namespaces, ServerOptions options)
    : impl_(std::make_unique<Impl>(route(std::move(namespaces)), std::move(options))) {}

SocketIOServer::~SocketIOServer() { stop(); }

void SocketIOServer::listen(Address address, TlsOptions tls) {
    impl_->addresses.push_back({std::move(address), std::move(tls)});
}

void SocketIOServer::engine_io(std::string path, std::function<void(EngineSocket&)> handler, EngineOptions options) {
    auto engine_path = std::make_unique<EnginePath>();
    engine_path->path = clean_path(path);
    engine_path->options = std::move(options);
    engine_path->begin = [handler = std::move(handler)](const std::shared_ptr<transport::Handshake>& handshake,
                                                        Environ environ) {
        return server::run_engine_handler(handler, handshake, std::move(environ));
    };
    impl_->config.paths.push_back(std::move(engine_path));
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
        shard.handle(server::make_bridge_exchange(shard.loop(), std::move(stream), std::move(request), keep_alive));
    });
}

void SocketIOServer::adopt(int fd, std::string read_already) {
    Shard& shard = impl_->running();
    shard.loop().post([&shard, socket = net::FileDescriptor(fd), bytes = std::move(read_already)]() mutable {
        shard.connections().adopt(std::move(socket), bytes);
    });
}

void SocketIOServer::post(std::function<void()> job) { impl_->running().loop().post(std::move(job)); }

}  // namespace sio
