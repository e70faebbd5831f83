#include <doctest/doctest.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <sio/detail/host_stream.hpp>
#include <sio/sio.hpp>

#include "net/file_descriptor.hpp"
#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

/// The thread of another HTTP server: does one job after the other, or none while it is held up.
class HostThread {
public:
    ~HostThread() {
        post([this] { ended_ = true; });
        thread_.join();
    }
    void post(std::function<void()> job) {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
        changed_.notify_all();
    }
    /// Blocks the thread until the future is ready.
    void hold(std::shared_future<void> until) {
        post([until = std::move(until)] { until.wait(); });
    }

private:
    void run() {
        while (!ended_) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !jobs_.empty(); });
            const auto job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> jobs_;
    bool ended_ = false;
    std::thread thread_{[this] { run(); }};
};

/// A stream of that server over a blocking socket. With `encrypted` it keeps the socket to itself, as one over TLS does.
class Stream final : public detail::HostStream, public std::enable_shared_from_this<Stream> {
public:
    Stream(HostThread& thread, int fd, bool encrypted) : thread_(thread), socket_(fd), encrypted_(encrypted) {}

    /// What finish() or release() said: whether the host may read the next request.
    bool goes_on() { return goes_on_.get_future().get(); }

    void write(std::string bytes, std::function<void(bool)> done) override {
        hop([bytes = std::move(bytes), done = std::move(done)](Stream& self) {
            std::size_t sent = 0;
            while (sent < bytes.size()) {
                const auto got = ::send(self.socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
                if (got <= 0) return done(false);
                sent += static_cast<std::size_t>(got);
            }
            done(true);
        });
    }
    void read(std::function<void(std::string)> done) override {
        // On a thread of its own, since this socket blocks.
        std::thread([self = shared_from_this(), done = std::move(done)] {
            std::string bytes(4096, '\0');
            const auto got = ::recv(self->socket_.get(), bytes.data(), bytes.size(), 0);
            bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
            done(std::move(bytes));
        }).detach();
    }
    void watch(std::function<void(bool)> gone) override {
        const std::lock_guard lock(mutex_);
        gone_ = std::move(gone);
    }
    void unwatch() override { watch(nullptr); }
    void close() override {
        hop([](Stream& self) { ::shutdown(self.socket_.get(), SHUT_RDWR); });
    }
    bool releasable() const noexcept override { return !encrypted_; }
    void release(std::function<void(int, std::string)> taken) override {
        hop([taken = std::move(taken)](Stream& self) {
            taken(self.socket_.release(), {});
            self.goes_on_.set_value(false);
        });
    }
    void finish(bool keep_alive) override {
        hop([keep_alive](Stream& self) { self.goes_on_.set_value(keep_alive); });
    }

    /// What the host sees of its client's end.
    void client_leaves(bool failed) {
        const std::lock_guard lock(mutex_);
        if (gone_) gone_(failed);
    }

private:
    void hop(std::function<void(Stream&)> job) {
        thread_.post([self = shared_from_this(), job = std::move(job)] { job(*self); });
    }

    HostThread& thread_;
    net::FileDescriptor socket_;
    const bool encrypted_;
    std::promise<bool> goes_on_;
    std::mutex mutex_;
    std::function<void(bool)> gone_;
};

class Burst : public BaseNamespace {
public:
    static void events(EventTable<Burst>& on) {
        on("burst", [](Burst& self) {
            for (int i = 0; i < 12; ++i) self.emit("piece", std::string(250'000, 'p'));
            self.emit("last");
        });
    }
};

Namespaces namespaces() {
    Namespaces all;
    all.add<Burst>("/");
    return all;
}

const std::string polling_url = "/socket.io/?EIO=4&transport=polling";
const std::string websocket_url = "/socket.io/?EIO=4&transport=websocket";

/// A server mounted under another one, and one client's connection to that.
struct Mounted {
    HostThread thread;
    SocketIOServer server;
    std::shared_ptr<Stream> stream;
    std::optional<RawClient> client;

    explicit Mounted(bool encrypted, ServerOptions options = {}) : server(namespaces(), std::move(options)) {
        server.start();
        reconnect(encrypted);
    }
    ~Mounted() {
        client.reset();  // a WebSocket waits for its answer to the close frame
        server.stop(1s);
    }

    void request(const std::string& target, Headers headers = {}, bool keep_alive = true) {
        HttpRequest request;
        request.method = "GET";
        request.target = target;
        request.version = 11;
        request.headers = std::move(headers);
        request.headers.set("Host", "host.example");
        server.handle(stream, std::move(request), keep_alive);
    }
    net::test::ClientResponse answer() { return client->raw().response(); }
    /// Goes on with another connection.
    void reconnect(bool encrypted) {
        int fds[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
        client.emplace(net::test::Client(net::FileDescriptor(fds[0])));
        stream = std::make_shared<Stream>(thread, fds[1], encrypted);
    }
    /// Opens a session and has a poll wait for what it brings.
    void poll() {
        request(polling_url);
        const std::string sid = answer().body.substr(9, 20);
        reconnect(true);
        request(polling_url + "&sid=" + sid);
        std::promise<void> seen;
        server.post([&] { seen.set_value(); });
        seen.get_future().wait();
    }
};

Headers upgrade(const std::string& key = "dGhlIHNhbXBsZSBub25jZQ==") {
    return {{"Upgrade", "websocket"},
            {"Connection", "keep-alive, Upgrade"},
            {"Sec-WebSocket-Version", "13"},
            {"Sec-WebSocket-Key", key}};
}

}  // namespace

TEST_CASE("a host gets its connection back after a request that merely mentions an upgrade, or one that is refused") {
    for (const bool encrypted : {false, true}) {
        Mounted mounted(encrypted);
        SUBCASE("a poll that offers another protocol") {
            mounted.request(polling_url, {{"Upgrade", "h2c"}, {"Connection", "Upgrade, HTTP2-Settings"}});
            CHECK(mounted.answer().status == 200);
        }
        SUBCASE("a WebSocket that is refused") {
            mounted.request(websocket_url, upgrade("too short"));
            CHECK(mounted.answer().status == 400);
        }
        SUBCASE("a WebSocket without Connection: upgrade") {
            Headers headers = upgrade();
            headers.erase("Connection");
            mounted.request(websocket_url, std::move(headers));
            CHECK(mounted.answer().status >= 400);
        }
        CHECK(mounted.stream->goes_on());
    }
}

TEST_CASE("Connection: close is honoured in any of several fields, and so is a host that reads no more") {
    Mounted mounted(true);
    bool keep_alive = true;
    SUBCASE("of the client") {}
    SUBCASE("of the host") { keep_alive = false; }
    const Headers headers = keep_alive ? Headers{{"Connection", "foo"}, {"Connection", "bar, close"}} : Headers();
    mounted.request(polling_url, headers, keep_alive);
    CHECK(mounted.answer().headers.at("connection") == "close");
    CHECK_FALSE(mounted.stream->goes_on());
}

TEST_CASE("a WebSocket takes the host's socket where it can be had, and works through its stream elsewhere") {
    for (const bool encrypted : {false, true}) {
        Mounted mounted(encrypted);
        mounted.request(websocket_url, upgrade());
        auto& client = *mounted.client;
        CHECK(mounted.answer().status == 101);
        CHECK(client.receive().starts_with("0{"));
        if (!encrypted) CHECK_FALSE(mounted.stream->goes_on());
        client.send_text("40");
        CHECK(client.receive().starts_with("40{"));
        client.send(wire::WsOpcode::close, wire::ws_close_payload(1000));
        CHECK(client.receive() == wire::ws_close_payload(1000));
        CHECK(client.raw().closed_within(2s));
    }
}

TEST_CASE("a socket that arrives after the server has gone is closed") {
    Mounted mounted(false);
    std::promise<void> released;
    mounted.thread.hold(released.get_future().share());
    mounted.request(websocket_url, upgrade());
    mounted.server.stop(100ms);
    released.set_value();
    CHECK(mounted.client->raw().closed_within(2s));
}

TEST_CASE("a burst over a host's stream is no slow consumer, as long as the client reads") {
    ServerOptions options;
    options.engine.max_queued_bytes = 1'000'000;
    Mounted mounted(true, options);
    mounted.request(websocket_url, upgrade());
    auto& client = *mounted.client;
    CHECK(mounted.answer().status == 101);
    CHECK(client.receive().starts_with("0{"));
    client.send_text("40");
    CHECK(client.receive().starts_with("40{"));
    client.send_text(R"(42["burst"])");
    // A frame of more than 64 KB: its header has 10 bytes.
    for (int i = 0; i < 12; ++i) CHECK(client.raw().receive_exactly(10 + 2 + 10 + 2 + 250'000).size() == 250'024);
    CHECK(client.receive() == R"(42["last"])");
}

TEST_CASE("stop() waits until the host has sent the last answers, but not for a host that does no more") {
    Mounted mounted(true);
    mounted.poll();
    std::promise<void> released;
    mounted.thread.hold(released.get_future().share());
    auto stopped = std::async(std::launch::async, [&] { mounted.server.stop(20s); });
    SUBCASE("a host that is late") {
        CHECK(stopped.wait_for(50ms) == std::future_status::timeout);
        released.set_value();
        CHECK(mounted.answer().body == "1");
        CHECK(stopped.wait_for(500ms) == std::future_status::ready);
    }
    SUBCASE("a host that has ended") {
        CHECK(stopped.wait_for(5s) == std::future_status::ready);
        released.set_value();
    }
}

TEST_CASE("a client that has closed its sending side gets its answer from a host, too") {
    ServerOptions options;
    options.engine.ping_interval = 300ms;
    options.http.half_close_timeout = 20s;
    Mounted mounted(true, options);
    mounted.poll();
    mounted.stream->client_leaves(false);
    CHECK(mounted.answer().body == "2");  // the heartbeat
}
