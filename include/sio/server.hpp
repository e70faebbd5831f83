#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sio/address.hpp>
#include <sio/app.hpp>
#include <sio/engine_options.hpp>
#include <sio/engine_socket.hpp>
#include <sio/exchange.hpp>
#include <sio/http_limits.hpp>
#include <sio/socket_options.hpp>
#include <sio/stats.hpp>
#include <sio/thread_options.hpp>
#include <sio/watchdog.hpp>

namespace sio {

class Namespaces;
class Socket;
struct ManageOptions;

namespace detail {
class HostStream;
}

/// Certificate and private key, both PEM files. Set both to serve https and wss.
struct TlsOptions {
    /// The server's certificate, followed by the chain that leads to its root.
    std::string certificate_file;
    std::string private_key_file;

    bool enabled() const noexcept { return !certificate_file.empty() || !private_key_file.empty(); }
};

/// Who may open sockets to the server from Flash, for the transport `flashsocket` of 0.9. gevent-socketio: `policy_server`
/// and `policy_listener`.
///
/// Flash asks for the policy on a port of its own, or on the very port that it is to connect to. There it is answered when a
/// connection begins with `<policy-file-request/>`.
struct FlashPolicyOptions {
    /// Where the client of 0.9 expects the policy.
    static constexpr std::uint16_t default_port = 10843;

    /// Hosts that the movies come from: `*`, `*.example.org`, `example.org`. Empty: those of EngineOptions::cors. With
    /// neither, no policy is served.
    std::vector<std::string> domains;
    /// Ports of this host that they may connect to: `*`, `80,443`, `8000-9000`.
    std::string ports = "*";
    /// A port that serves the policy and nothing else: `Address{"0.0.0.0", FlashPolicyOptions::default_port}`. Default: none.
    std::optional<Address> listener{};
};

/// How a SocketIOServer behaves. gevent-socketio: the keyword arguments of its `SocketIOServer`.
struct ServerOptions {
    /// First segment of the path under which Socket.IO is spoken; may have slashes inside (`api/socket.io`). gevent: `resource`.
    std::string resource = "socket.io";
    /// Heartbeats, limits, CORS, ...: of the connection beneath.
    EngineOptions engine;
    /// Limits and time limits of namespaces, rooms, acks: of what runs on it.
    SocketOptions socket;
    /// Limits of HTTP requests.
    HttpLimits http;
    TlsOptions tls;
    FlashPolicyOptions flash_policy;
    /// Threads that connections are spread over, 1 to 64. A socket lives on one of them for life, so that its handlers never
    /// race; rooms, broadcasts and acknowledgements reach all of them. With more than one, what sockets share beside that
    /// (a map in the app, say) needs a lock, or an owner to run_on().
    std::size_t workers = 1;
    /// Bytes of the stack of each handler, app and other greenlet, rounded up to whole pages: 16 KiB to 1 GiB, default 256 KiB.
    /// Under sanitizers, whose frames are larger, four times as much is taken. Only pages that were touched take memory, so
    /// that a larger one costs address space alone. docs/guides/greenlets.md says what common calls need.
    std::size_t stack_bytes = 256 * 1024;
    /// Threads of each worker for calls that block: files, databases, look-ups of names, ...
    ThreadOptions threads{};
    /// Reports handlers that keep a worker, and so all of its clients, waiting.
    WatchdogOptions watchdog;
    /// A path (`/metrics`) that serves stats() as OpenMetrics text to whoever asks: before the app sees the request, on every
    /// address that the server listens at. Restrict it at the proxy, or mount metrics_app() behind a guard instead.
    /// Default: none.
    std::string metrics_path;
    /// serve_forever() stops in order at SIGTERM and SIGINT.
    bool handle_signals = true;
    /// How long stop() waits for answers that are under way and for clients to take their leave.
    std::chrono::milliseconds stop_timeout{10'000};
};

/// The server: HTTP requests go to an app, Socket.IO ones to the namespaces that the app binds them to.
///
/// ```
/// sio::SocketIOServer({"0.0.0.0", 5000}, app).serve_forever();
/// ```
///
/// The app is called in a greenlet for each HTTP request, and once for each Socket.IO session, not for each of its
/// requests: it is to route what comes under `/<resource>/` to socketio_manage().
///
/// A server without an address does not listen: an HTTP server that runs already hands it requests; see owns(),
/// handle() and sio/beast.hpp.
///
/// Threads: start(), stop(), request_stop(), serve_forever(), port(), stats(), handle(), adopt(), post() and run_on() may be called
/// from any thread, at any time. Handlers and apps run on threads of the server's own: one for all, or ServerOptions::workers.
class SocketIOServer {
public:
    /// Listens at `address` once started.
    SocketIOServer(Address address, const App& app, ServerOptions options = {});
    /// Does not listen. Sessions are bound to `namespaces` without asking an app.
    explicit SocketIOServer(Namespaces namespaces, ServerOptions options = {});
    /// The same, with what socketio_manage() would be given.
    SocketIOServer(Namespaces namespaces, ManageOptions manage, ServerOptions options = {});
    /// Stops, if it still runs, and waits for the last greenlet.
    ~SocketIOServer();
    SocketIOServer(const SocketIOServer&) = delete;
    SocketIOServer& operator=(const SocketIOServer&) = delete;

    /// One more address to listen at, with `tls` or without. Before start() only.
    void listen(Address address, TlsOptions tls = {});

    /// Speaks Engine.IO alone under `path` (`/engine.io`): `handler` runs in a greenlet for each session, which closes
    /// when it returns. Before start() only.
    void engine_io(std::string_view path, std::function<void(EngineSocket&)> handler, EngineOptions options = {});

    /// Begins to serve and returns. Throws Error(errc::cannot_start) with one line that says what is in the way.
    void start();
    /// Stops accepting, closes every session (clients will try to reconnect; one that is between two polls is told with the
    /// next, if it comes within a quarter of the limit), lets answers that are under way end, and returns when all is done or
    /// `timeout` (default: ServerOptions::stop_timeout) has passed. What is left is cut off: greenlets are killed. One that waits
    /// for a call on another thread (offload(), a file, a database) cannot end before that call does: stop() does not wait for it,
    /// but the destructor and a start() that follows do, since the call may refer to what the application has.
    /// On the server's own threads (in handlers, apps and WatchdogOptions::on_stall) it cannot wait for them: there it is
    /// request_stop(). Does nothing when the server does not run.
    void stop(std::optional<std::chrono::milliseconds> timeout = {});
    /// Begins the same and returns at once; serve_forever() then returns when it is done. A stop() that is called
    /// later waits for the end. Any thread.
    void request_stop(std::optional<std::chrono::milliseconds> timeout = {});
    /// start(), unless started, and blocks until stop() or request_stop() is called elsewhere, or a signal asks for it.
    void serve_forever();

    /// The port of the first TCP address, as bound. 0 before start().
    std::uint16_t port() const noexcept;
    /// The port of FlashPolicyOptions::listener, likewise.
    std::uint16_t policy_port() const noexcept;
    const ServerOptions& config() const noexcept;

    /// Whether a request with this target is the server's: its path lies under the resource or an engine_io() path.
    bool owns(std::string_view target) const noexcept;
    /// How large a body a request with this target may have, in bytes.
    std::size_t max_body_bytes(std::string_view target) const noexcept;
    /// Takes over a request that another HTTP server has read; owned targets only, others are answered 404.
    ///
    /// This, adopt() and run_on() throw Error(errc::cannot_start) before start() and after stop(). What is given to them
    /// while the server stops may be dropped: connections are closed, jobs destroyed.
    void handle(ExchangePtr exchange);
    /// The same for a connection that stays with its host; what bridges such as sio/beast.hpp call. `keep_alive`: whether
    /// the host would read another request from it.
    void handle(std::shared_ptr<detail::HostStream> stream, HttpRequest request, bool keep_alive);
    /// Serves a connected TCP or Unix socket, of which `read_already` was read, as if the server had accepted it. Takes
    /// the file descriptor, also when it throws.
    void adopt(int fd, std::string read_already = {});
    /// A link over a connected TCP or Unix socket, for an Exchange::upgrade() to return. Takes the file descriptor.
    /// On one of the server's threads only; the link belongs to that.
    std::unique_ptr<ByteLink> make_link(int fd, std::string_view read_already = {});
    /// Runs `job` in a greenlet on the server's first thread, on a later turn: it may block. How another thread reaches sockets
    /// and namespaces.
    void post(std::function<void()> job) { run_on(0, std::move(job)); }
    /// The same on the thread of that index, below config().workers.
    void run_on(std::size_t worker, std::function<void()> job);
    /// The index of the calling thread among the server's; nothing on any other.
    std::optional<std::size_t> current_worker() const noexcept;

    /// Open Socket.IO sessions. Any thread.
    std::size_t socket_count() const;
    /// What the workers do and have done, counted since start(). Looks at every session: meant for every few seconds, not
    /// for every message. Any thread. Waits for the workers' answers, for a second at most: in a greenlet of the server's as
    /// greenlets do, blocking on any other thread.
    Stats stats() const;
    /// The socket of that session id, or null. On the server's threads only (in handlers and apps, or through run_on()): a
    /// socket of another worker is not given out.
    std::shared_ptr<Socket> get_socket(std::string_view sessid) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// How serve() runs an app. gevent-socketio: the keyword arguments of `serve`.
struct ServeOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6543;
    std::string resource = "socket.io";
    /// As allow_transports() takes them: `websocket,polling`. Empty: all.
    std::string transports;
    /// gevent-socketio: `policy_server`, which is off here, too.
    FlashPolicyOptions flash_policy{};
};

/// Runs `app` until a signal ends it: SocketIOServer in one call. gevent-socketio: `serve`.
void serve(const App& app, ServeOptions options = {});

}  // namespace sio
