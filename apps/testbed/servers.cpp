#include "servers.hpp"

#include <utility>

#include <sio/event.hpp>
#include <sio/sio.hpp>
#include <sio/static_files.hpp>
#include <sio/websocket.hpp>

#include "common_namespace.hpp"
#include "matrix_namespace.hpp"

namespace testbed {

using namespace std::chrono_literals;

namespace {

/// `/custom` of the suite port: says who connected.
class CustomNamespace : public virtual sio::BaseNamespace {
public:
    void recv_connect() override {
        // A moment behind the connect packet: the official suites await one message after the other, and what comes in
        // the same read as the one before is lost on them (Node's ws hands both out at once).
        spawn([this] {
            sio::sleep(25ms);
            emit("auth", handshake().auth_args());
            greeted_.set();
        });
    }

protected:
    /// Blocks until that has been said.
    void wait_for_greeting() { greeted_.wait(); }

private:
    sio::Event greeted_;
};

/// `/` of the suite port.
class SuiteNamespace : public CustomNamespace {
public:
    static void events(sio::EventTable<SuiteNamespace>& on) {
        on("message", &SuiteNamespace::on_message);
        on("message-with-ack", &SuiteNamespace::on_message_with_ack);
    }

private:
    void on_message(const sio::Args& args) {
        wait_for_greeting();
        emit("message-back", args);
    }
    sio::Args on_message_with_ack(const sio::Args& args) {
        wait_for_greeting();
        return args;
    }
};

/// Errors of clients are no business of the tools that make them: as with the reference server, nothing is emitted.
sio::App socket_io(sio::Namespaces namespaces) {
    return sio::route(std::move(namespaces), {.error_handler = [](sio::Socket&, const sio::ErrorReport&) {}});
}

sio::Response echo_body(sio::Environ& environ) {
    return sio::Response(200, environ.body(), "application/octet-stream");
}

sio::App echo_websocket(bool compression) {
    sio::WebSocketOptions options{
        .max_message_bytes = 64 * 1024 * 1024, .max_fragments = 65'536, .allowed_origins = {"*"}};
    if (compression) options.compression.emplace();
    return [options](sio::Environ& environ) {
        const auto echo = [](sio::WebSocket& socket) {
            while (const auto message = socket.receive()) socket.send(*message);
        };
        return sio::websocket(environ, echo, options);
    };
}

sio::Router pages() {
    sio::Router app;
    app.get("/", [](sio::Environ&) {
        return sio::Response::html("<!doctype html><title>sio testbed</title><h1>sio testbed</h1>\n");
    });
    app.mount("/static", sio::StaticFiles(TESTBED_STATIC));
    return app;
}

std::unique_ptr<sio::SocketIOServer> make_server(const Options& options, std::uint16_t port, const sio::App& app,
                                                 sio::ServerOptions server) {
    options.apply(server.engine);
    server.tls = options.tls;
    server.workers = options.workers;
    if (options.metrics) server.metrics_path = "/metrics";
    if (options.compression) server.engine.websocket_compression.emplace();
    server.flash_policy.domains = {"*"};
    return std::make_unique<sio::SocketIOServer>(sio::Address{"127.0.0.1", port}, app, std::move(server));
}

}  // namespace

std::unique_ptr<sio::SocketIOServer> common_server(const Options& options) {
    sio::Namespaces namespaces;
    namespaces.add<CommonNamespace>("/").add<CommonNamespace>("/matrix");
    sio::Router app = pages();
    app.any("/socket.io", socket_io(namespaces));
    return make_server(options, options.port, app, {});
}

std::unique_ptr<sio::SocketIOServer> suite_server(const Options& options) {
    sio::Namespaces namespaces;
    namespaces.add<SuiteNamespace>("/").add<CustomNamespace>("/custom");
    sio::Router app;
    app.any("/", echo_body);
    app.any("/ws-echo", echo_websocket(options.compression));
    app.any("/socket.io", socket_io(namespaces));

    sio::ServerOptions server;
    server.engine.ping_interval = 300ms;
    server.engine.ping_timeout = 200ms;
    server.engine.max_payload_bytes = 1'000'000;
    server.engine.eio3_without_version = false;  // the suites want error 5
    server.engine.cors.allowed_origins = {"*"};
    server.socket.connect_timeout = 1000ms;
    auto made = make_server(options, options.port, app, std::move(server));
    auto engine = made->config().engine;
    engine.websocket_greeting_delay = 25ms;  // for the suite of Engine.IO 3, likewise
    made->engine_io(
        "/engine.io",
        [](sio::EngineSocket& socket) {
            while (const auto message = socket.receive()) socket.send(*message);
        },
        std::move(engine));
    return made;
}

std::unique_ptr<sio::SocketIOServer> matrix_server(const Options& options) {
    sio::Namespaces namespaces;
    namespaces.add<RootNamespace>("/").add<MatrixNamespace>("/matrix").add<ForbiddenNamespace>("/forbidden");
    sio::Router app = pages();
    app.any("/socket.io", socket_io(namespaces));

    sio::ServerOptions server;
    server.engine.ping_interval = 1000ms;
    server.engine.ping_timeout = 5000ms;
    server.engine.v09.heartbeat_interval = 1s;
    server.engine.v09.heartbeat_timeout = 5s;
    server.engine.v09.close_timeout = 5s;
    server.engine.v09.polling_duration = 1500ms;
    server.engine.cors.allowed_origins = {"*"};
    server.engine.cors.allow_credentials = true;
    return make_server(options, static_cast<std::uint16_t>(options.port + 1), app, std::move(server));
}

}  // namespace testbed
