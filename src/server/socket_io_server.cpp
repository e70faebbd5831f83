#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <sio/error.hpp>
#include <sio/log.hpp>
#include <sio/manage.hpp>
#include <sio/open_metrics.hpp>
#include <sio/server.hpp>

#include "greenlet/loop.hpp"
#include "net/listen_socket.hpp"
#include "net/tls_context.hpp"
#include "server/bridge.hpp"
#include "server/shard.hpp"
#include "server/shard_stats.hpp"
#include "server/stop_signal.hpp"
#include "server/watchdog.hpp"
#include "session/shard_place.hpp"
#include "transport/engine_request.hpp"
#include "transport/v09_request.hpp"
#include "wire/flash_policy.hpp"

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
    for (const auto& name : options.v09.transports) {
        if (!transport::find_v09_transport(name)) throw std::invalid_argument("sio: unknown transport: " + name);
    }
    if (options.transports.empty() && options.v09.transports.empty()) {
        throw std::invalid_argument("sio: no transport is allowed");
    }
    constexpr std::chrono::milliseconds least{1};
    if (options.ping_interval < least || options.ping_timeout < least || options.upgrade_timeout < least ||
        options.close_timeout < least || options.v09.heartbeat_interval < least ||
        options.v09.heartbeat_timeout < least || options.v09.close_timeout < least ||
        options.v09.polling_duration < least) {
        throw std::invalid_argument("sio: intervals and time limits of EngineOptions must be at least 1 ms");
    }
}

/// Empty: there is to be none.
std::string flash_policy(const ServerOptions& options) {
    std::vector<std::string> domains = options.flash_policy.domains;
    for (std::string_view origin : options.engine.cors.allowed_origins) {
        if (!options.flash_policy.domains.empty()) break;
        if (const auto mark = origin.find("://"); mark != origin.npos) origin.remove_prefix(mark + 3);
        domains.emplace_back(origin.substr(0, origin.find(':', origin.starts_with('[') ? origin.find(']') : 0)));
    }
    return domains.empty() ? std::string() : wire::flash_policy(domains, options.flash_policy.ports);
}

struct Listening {
    Address address;
    TlsOptions tls;
};

constexpr const char* stack_option = "ServerOptions::stack_bytes";

// What killed greenlets have to run their destructors, behind the time that stop() was given.
constexpr std::chrono::milliseconds time_to_unwind{250};
// So that it can be added to a time point.
constexpr std::chrono::milliseconds longest_grace = std::chrono::hours(24 * 365);

std::shared_ptr<const net::TlsContext> load_tls(const TlsOptions& options) {
    if (!options.enabled()) return nullptr;
    return std::make_shared<net::TlsContext>(net::TlsFiles{options.certificate_file, options.private_key_file});
}

}  // namespace

struct SocketIOServer::Impl {
    /// What there is from start() to stop(). Those on other threads who use it hold it meanwhile: it goes with the last of them.
    struct Run {
        std::vector<net::ListenSocket> listening;
        Shard::All shards;
        std::unique_ptr<server::Watchdog> watchdog;  // null: none; goes before the shards do
        bool stopping = false;
        bool left = false;  // stop() has returned, and not all threads have ended
    };

    Impl(App session_app, App page_app, ServerOptions with_options) : options(std::move(with_options)) {
        check(options.engine);
        if (options.socket.call_timeout.count() < 1 || options.socket.connect_timeout.count() < 1) {
            throw std::invalid_argument("sio: time limits of SocketOptions must be at least 1 ms");
        }
        if (options.workers < 1 || options.workers > session::ShardPlace::max_count) {
            throw std::invalid_argument("sio: workers must be 1 to " + std::to_string(session::ShardPlace::max_count));
        }
        using std::chrono_literals::operator""ms;
        if (options.watchdog.limit != 0ms && options.watchdog.limit < 4ms) {
            throw std::invalid_argument("sio: the limit of the watchdog must be at least 4 ms, or zero");
        }
        greenlet::check_stack_bytes(options.stack_bytes, stack_option);
        greenlet::check_threads(options.threads, "ServerOptions");
        config.loop.stack_bytes = options.stack_bytes;
        config.loop.stack_option = stack_option;
        config.loop.threads = options.threads;
        config.paths.push_back({clean_path(options.resource), options.engine, {}});
        config.socket = options.socket;
        config.session_app = std::move(session_app);
        config.page_app = std::move(page_app);
    }

    /// Before start().
    void serve_metrics(const SocketIOServer& server) {
        if (options.metrics_path.empty()) return;
        if (!options.metrics_path.starts_with('/') || find(options.metrics_path)) {
            throw std::invalid_argument("sio: the path of the metrics begins with a slash, and is not the resource's");
        }
        config.page_app = [path = options.metrics_path, metrics = metrics_app(server),
                           app = std::move(config.page_app)](Environ& environ) {
            if (environ.path() == path) return metrics(environ);
            return app ? app(environ) : Response(404, "Not found");
        };
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
    void watch(Run& made);
    /// Has the shards end, and returns at once what they belong to; null when the server does not run. Any thread.
    std::shared_ptr<Run> begin_stop(std::chrono::milliseconds grace);
    /// How long stop() waits for greenlets that have been killed and have not ended.
    enum class Patience { a_moment, until_the_end };
    void stop(std::chrono::milliseconds grace, Patience patience = Patience::a_moment);
    /// Waits for the threads of a run that has begun to stop. `starting` is held.
    void finish(Run& stopped);
    /// The same until `deadline`: false when one of them has not ended by then, which is waited for by whoever starts the server
    /// again, or ends it.
    bool finish_until(Run& stopped, std::chrono::steady_clock::time_point deadline);
    void set_stop_signal(server::StopSignal* signal) {
        const std::lock_guard lock(run_mutex);
        stop_signal = signal;
        if (signal && (!run || run->stopping)) signal->raise();  // stopped again already
    }
    /// The run of this server; null when it does not run. While it is held, the shards are there.
    std::shared_ptr<Run> current_run() const {
        const std::lock_guard lock(run_mutex);
        return run;
    }
    std::shared_ptr<Run> require_run() const {
        {
            const std::lock_guard lock(run_mutex);
            if (run && !run->left) return run;
        }
        throw Error(errc::cannot_start, "the server does not run");
    }
    /// The shard on whose thread this is called; null on a thread that is none of this server's.
    Shard* current() const noexcept {
        Shard* const found = Shard::of_this_thread();
        return found && found->belongs_to(config) ? found : nullptr;
    }
    Shard& require_current() const {
        if (Shard* const found = current()) return *found;
        throw std::logic_error("sio: this is to be called on one of the server's own threads");
    }
    /// The one that a connection from elsewhere goes to.
    Shard& next(const Run& in) { return *in.shards.at(next_shard++ % in.shards.size()); }
    /// The one that has the session of the request, if it names one.
    Shard& shard_for(const Run& in, const HttpRequest& request) {
        if (const EnginePath* const path = find(request.target); path && in.shards.size() > 1) {
            if (const auto index = path->shard_of(request.target, in.shards.size())) return *in.shards.at(*index);
        }
        return next(in);
    }
    /// Before start() only.
    void require_stopped(const char* call) const {
        if (current_run()) throw std::logic_error(std::string("sio: ") + call + " comes before start()");
    }

    ServerOptions options;
    Shard::Config config;
    std::vector<Listening> addresses;
    std::atomic<std::uint16_t> port{0};
    std::atomic<std::uint16_t> policy_port{0};

    std::atomic<std::size_t> next_shard{0};

    std::mutex starting;           // held while threads are started, or waited for
    mutable std::mutex run_mutex;  // for a moment only; guards what follows
    std::shared_ptr<Run> run;
    server::StopSignal* stop_signal = nullptr;  // of the thread that serves for ever
};

void SocketIOServer::Impl::start() {
    if (current()) {
        const auto running = current_run();
        if (!running || !running->stopping) return;
        throw Error(errc::cannot_start, "the server is being stopped");
    }
    const std::lock_guard lock(starting);
    if (const auto before = current_run()) {
        if (!before->stopping) return;
        finish(*before);
    }

    std::vector<net::ListenSocket> sockets;
    std::vector<std::shared_ptr<const net::TlsContext>> contexts;
    for (const auto& [address, tls] : addresses) {
        contexts.push_back(load_tls(tls));
        sockets.emplace_back(address.host, address.port, options.workers);
    }

    const std::string policy = flash_policy(options);
    const auto admission = std::make_shared<net::Admission>(options.http);
    const auto group = std::make_shared<adapter::ShardGroup>();
    const auto made_run = std::make_shared<Run>();
    Shard::All& shards = made_run->shards;
    // Sessions of a run before may never have come to their end.
    for (EnginePath& path : config.paths) path.quota = std::make_shared<session::SessionQuota>();
    for (std::size_t i = 0; i < options.workers; ++i) {
        auto shard_options = std::make_shared<net::ShardOptions>();
        shard_options->limits = options.http;
        shard_options->handler = [&shards, i](ExchangePtr exchange) { shards[i]->handle(std::move(exchange)); };
        shard_options->body_limit = [this](const HttpRequest& head) { return max_body_bytes(head.target); };
        shard_options->flash_policy = policy;
        auto& made = shards.emplace_back(std::make_unique<Shard>(
            config, Shard::Place{shards, i, options.workers, group}, std::move(shard_options), admission));
        for (std::size_t n = 0; n < sockets.size(); ++n) {
            for (auto& fd : sockets[n].take(i)) made->connections().listen(std::move(fd), contexts[n]);
        }
    }
    for (std::size_t n = 0; n < sockets.size(); ++n) {
        log(LogLevel::info, "server", "listening on " + sockets[n].name() + (contexts[n] ? " (TLS)" : ""));
    }
    if (const auto& listener = options.flash_policy.listener) {
        if (policy.empty()) throw std::invalid_argument("sio: a Flash policy needs domains, or allowed origins");
        auto& socket = sockets.emplace_back(listener->host, listener->port, 1);
        auto& first = shards.front()->connections();
        for (auto& fd : socket.take(0)) first.listen(std::move(fd), nullptr, net::Service::flash_policy);
        log(LogLevel::info, "server", "listening on " + socket.name() + " (Flash policy)");
    }
    {
        // Who sees a port can stop the server.
        const std::lock_guard lock_run(run_mutex);
        run = made_run;
        if (!addresses.empty()) port = sockets.front().port();
        if (options.flash_policy.listener) policy_port = sockets.back().port();
        made_run->listening = std::move(sockets);
    }
    try {
        for (const auto& each : shards) each->run();
        watch(*made_run);
    } catch (...) {
        begin_stop({});
        finish(*made_run);
        throw;
    }
}

void SocketIOServer::Impl::watch(Run& made) {
    if (options.watchdog.limit.count() == 0) return;
    std::vector<server::Watchdog::Worker> workers;
    for (const auto& each : made.shards) workers.push_back({&each->loop(), &each->tasks(), &each->lags()});
    auto watchdog = std::make_unique<server::Watchdog>(options.watchdog, workers);
    const std::lock_guard lock(run_mutex);
    if (made.stopping) watchdog->rest();
    made.watchdog = std::move(watchdog);
}

auto SocketIOServer::Impl::begin_stop(std::chrono::milliseconds grace) -> std::shared_ptr<Run> {
    const std::lock_guard lock(run_mutex);
    if (!run || std::exchange(run->stopping, true)) return run;
    if (run->watchdog) run->watchdog->rest();  // one that ends is not stuck
    for (const auto& each : run->shards) each->stop(grace);
    if (stop_signal) stop_signal->raise();
    return run;
}

void SocketIOServer::Impl::stop(std::chrono::milliseconds grace, Patience patience) {
    const auto deadline = std::chrono::steady_clock::now() +
                          std::clamp(grace, std::chrono::milliseconds::zero(), longest_grace) + time_to_unwind;
    const auto stopped = begin_stop(grace);
    // Those who are themselves waited for leave it at that.
    if (!stopped || current() || server::Watchdog::is_this_thread()) return;
    const std::lock_guard lock(starting);
    if (current_run() != stopped) return;
    if (patience == Patience::until_the_end) return finish(*stopped);
    if (finish_until(*stopped, deadline)) return;
    log(LogLevel::warning, "server", "stopped, but for greenlets that wait for calls on other threads");
}

bool SocketIOServer::Impl::finish_until(Run& stopped, std::chrono::steady_clock::time_point deadline) {
    for (const auto& each : stopped.shards) {
        if (each->join_until(deadline)) continue;
        stopped.listening.clear();
        const std::lock_guard lock(run_mutex);
        stopped.left = true;
        port = 0;
        policy_port = 0;
        return false;
    }
    finish(stopped);
    return true;
}

void SocketIOServer::Impl::finish(Run& stopped) {
    for (const auto& each : stopped.shards) each->join();
    stopped.listening.clear();
    std::unique_ptr<server::Watchdog> watchdog;  // declared before the lock: ends without it, for it may ask for it
    const std::lock_guard lock(run_mutex);
    port = 0;
    policy_port = 0;
    watchdog = std::move(stopped.watchdog);
    run = nullptr;
}

SocketIOServer::SocketIOServer(Address address, const App& app, ServerOptions options)
    : impl_(std::make_unique<Impl>(app, app, std::move(options))) {
    impl_->addresses.push_back({std::move(address), impl_->options.tls});
    impl_->serve_metrics(*this);
}

SocketIOServer::SocketIOServer(Namespaces namespaces, ServerOptions options)
    : SocketIOServer(std::move(namespaces), ManageOptions(), std::move(options)) {}

SocketIOServer::SocketIOServer(Namespaces namespaces, ManageOptions manage, ServerOptions options)
    : impl_(std::make_unique<Impl>(route(std::move(namespaces), std::move(manage)), App(), std::move(options))) {
    impl_->serve_metrics(*this);
}

SocketIOServer::~SocketIOServer() { impl_->stop(impl_->options.stop_timeout, Impl::Patience::until_the_end); }

void SocketIOServer::listen(Address address, TlsOptions tls) {
    impl_->require_stopped("listen()");
    impl_->addresses.push_back({std::move(address), std::move(tls)});
}

void SocketIOServer::engine_io(std::string_view path, std::function<void(EngineSocket&)> handler,
                               EngineOptions options) {
    impl_->require_stopped("engine_io()");
    check(options);
    impl_->config.paths.push_back({clean_path(path), std::move(options), std::move(handler)});
}

void SocketIOServer::start() { impl_->start(); }

void SocketIOServer::stop(std::optional<std::chrono::milliseconds> timeout) {
    impl_->stop(timeout.value_or(impl_->options.stop_timeout));
}

void SocketIOServer::request_stop(std::optional<std::chrono::milliseconds> timeout) {
    impl_->begin_stop(timeout.value_or(impl_->options.stop_timeout));
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

std::uint16_t SocketIOServer::policy_port() const noexcept { return impl_->policy_port; }

const ServerOptions& SocketIOServer::config() const noexcept { return impl_->options; }

bool SocketIOServer::owns(std::string_view target) const noexcept { return impl_->find(target) != nullptr; }

std::size_t SocketIOServer::max_body_bytes(std::string_view target) const noexcept {
    return impl_->max_body_bytes(target);
}

void SocketIOServer::handle(ExchangePtr exchange) {
    const auto run = impl_->require_run();
    Shard& shard = impl_->shard_for(*run, exchange->request());
    shard.loop().post([&shard, exchange = std::move(exchange)]() mutable { shard.handle(std::move(exchange)); });
}

void SocketIOServer::handle(std::shared_ptr<detail::HostStream> stream, HttpRequest request, bool keep_alive) {
    const auto run = impl_->require_run();
    Shard& shard = impl_->shard_for(*run, request);
    shard.loop().post([&shard, stream = std::move(stream), request = std::move(request), keep_alive]() mutable {
        shard.handle(server::make_bridge_exchange(shard.connections(), shard.loop_ref(), std::move(stream),
                                                  std::move(request), keep_alive));
    });
}

void SocketIOServer::adopt(int fd, std::string read_already) {
    net::FileDescriptor socket(fd);
    const auto run = impl_->require_run();
    Shard& shard = impl_->next(*run);
    shard.loop().post([&shard, socket = std::move(socket), bytes = std::move(read_already)]() mutable {
        shard.connections().adopt(std::move(socket), bytes);
    });
}

std::unique_ptr<ByteLink> SocketIOServer::make_link(int fd, std::string_view read_already) {
    net::FileDescriptor socket(fd);
    return impl_->require_current().connections().adopt_link(std::move(socket), read_already);
}

void SocketIOServer::run_on(std::size_t worker, std::function<void()> job) {
    const auto run = impl_->require_run();
    greenlet::Loop& loop = run->shards.at(worker)->loop();
    loop.post([&loop, job = std::move(job)]() mutable { loop.enter(std::move(job)); });
}

std::optional<std::size_t> SocketIOServer::current_worker() const noexcept {
    const Shard* const shard = impl_->current();
    return shard ? std::optional(shard->index()) : std::nullopt;
}

std::size_t SocketIOServer::socket_count() const {
    const auto run = impl_->current_run();
    if (!run) return 0;
    std::size_t sum = 0;
    for (const auto& each : run->shards) sum += each->counters().sockets.get();
    return sum;
}

Stats SocketIOServer::stats() const {
    const auto run = impl_->current_run();
    static const Shard::All none;
    return {server::gather_stats(run ? run->shards : none)};
}

std::shared_ptr<Socket> SocketIOServer::get_socket(std::string_view sessid) const {
    return impl_->require_current().hub().find(sessid);
}

void serve(const App& app, ServeOptions options) {
    ServerOptions server_options;
    server_options.resource = std::move(options.resource);
    server_options.flash_policy = std::move(options.flash_policy);
    if (!options.transports.empty()) allow_transports(server_options.engine, options.transports);
    SocketIOServer({std::move(options.host), options.port}, app, std::move(server_options)).serve_forever();
}

}  // namespace sio
