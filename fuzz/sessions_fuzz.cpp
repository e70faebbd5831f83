// Whole sessions: what several clients of all generations send, over polling and WebSocket, to a namespace with handlers.
// Nothing crashes; what waits for a client stays within the limits; and when all have gone, nothing is left of them.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sio/greenlet.hpp>
#include <sio/log.hpp>
#include <sio/mixins.hpp>
#include <sio/namespaces.hpp>

#include "adapter/memory_adapter.hpp"
#include "check.hpp"
#include "dispatch/hub.hpp"
#include "greenlet/loop.hpp"
#include "net/head_scanner.hpp"
#include "net/request_parser.hpp"
#include "server/socket_io.hpp"
#include "session_script.hpp"
#include "transport/engine_endpoint.hpp"
#include "transport/v09_endpoint.hpp"
#include "unit/transport/peers.hpp"

namespace {

using namespace std::chrono_literals;
using namespace sio;
using fuzz::Step;

class Chat : public virtual BaseNamespace, public RoomsMixin, public BroadcastMixin {
public:
    static void events(EventTable<Chat>& on) {
        on("echo", [](Chat&, Args args) { return args; });
        on("join", [](Chat& self, std::string room) { self.join(room); });
        on("leave", [](Chat& self, std::string room) { self.leave(room); });
        on("say", [](Chat& self, std::string room, std::string text) { self.emit_to_room(room, "said", text); });
        on("all", [](Chat& self, const Args& args) { self.broadcast_event("all", args); });
        on("slow", [](Chat&, int n) {
            sio::sleep(50ms);
            return n;
        });
        on("ask", [](Chat& self) { return self.timeout(200ms).call<int>("question"); });
        on("tell", [](Chat& self) { self.emit("told", 1, [](std::string) {}); });
        on("bytes", [](Chat&, Binary bytes) { return bytes; });
        on("throw", [](Chat&) { throw std::runtime_error("thrown"); });
        on("go", [](Chat& self) { self.disconnect(); });
        on("go away", [](Chat& self) { self.socket().disconnect(); });
        on("job", [](Chat& self) { self.spawn([] { sio::sleep(1s); }); });
    }
    void recv_connect() override {
        const auto query = handshake().query();
        if (query.get("slow") != "") sio::sleep(100ms);
        if (query.get("refuse") != "") throw ConnectionRefused("no");
    }
    void recv_message(const std::string& text) override { send(text); }
};

/// A server without sockets: one shard with its endpoints.
struct Server {
    static constexpr std::size_t max_queued = 16 * 1024;

    static EngineOptions engine_options() {
        EngineOptions options;
        options.max_queued_bytes = max_queued;
        options.max_payload_bytes = 8 * 1024;
        options.max_attachment_bytes = 8 * 1024;
        options.max_idle_sessions_per_address = 8;
        return options;
    }
    static SocketOptions socket_options() {
        SocketOptions options;
        options.max_queued_event_bytes = 8 * 1024;
        options.max_held_bytes = 16 * 1024;
        options.max_rooms = 8;
        options.max_namespaces = 4;
        options.max_pending_acks = 8;
        options.ack_errors = true;
        return options;
    }

    const EngineOptions options = engine_options();
    const std::string resource = "/socket.io";
    greenlet::Loop loop{greenlet::LoopOptions{.report_stack_overflow = false, .virtual_time = true}};
    std::shared_ptr<dispatch::Hub> hub =
        std::make_shared<dispatch::Hub>(loop, std::make_unique<adapter::MemoryAdapter>(), socket_options());
    Namespaces namespaces = [] {
        Namespaces made;
        made.add<Chat>("/").add<Chat>("/chat");
        return made;
    }();
    App app = route(namespaces);
    session::ShardPlace place;
    transport::EngineEndpoint engine{loop, options,
                                     [this](const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
                                         return server::begin_socket_io(app, hub, handshake, std::move(environ));
                                     },
                                     place};
    transport::V09Endpoint v09{loop, resource, options,
                               [this](const std::shared_ptr<transport::V09Handshake>& handshake, Environ environ) {
                                   return server::begin_socket_io(app, hub, handshake, std::move(environ));
                               },
                               place};

    ~Server() { hub->close(); }
};

/// What a client has: a session's id, and the connections that it used last.
struct Client {
    std::uint8_t generation = 2;  // 0: 0.9, 1: Engine.IO 3, 2: Engine.IO 4
    std::string sid = "unknown";
    std::shared_ptr<test::Answer> poll;
    std::shared_ptr<test::Answer> websocket;
    std::shared_ptr<test::Answer> last;
};

class Play {
public:
    Play(Server& server, fuzz::Input input) : server_(server), input_(input) { clients_.resize(4); }

    void run() {
        for (int steps = 0; !input_.empty() && steps < 300; ++steps) {
            step(static_cast<Step>(input_.byte() % fuzz::step_count));
            check_limits();
        }
    }
    void leave() {
        for (const auto& answer : answers_) leave(*answer);
    }

private:
    Client& now() { return clients_[now_]; }
    std::string_view text() {
        const std::size_t high = input_.byte();
        return input_.text(high * 256 + input_.byte());
    }

    static bool is_v09(const Client& client) { return client.generation == 0; }
    std::string target(const Client& client, std::string_view transport, bool with_sid) const {
        if (is_v09(client)) {
            if (!with_sid) return "/socket.io/1/";
            return "/socket.io/1/" + std::string(transport == "polling" ? "xhr-polling" : transport) + '/' + client.sid;
        }
        std::string text = client.generation == 1 ? "/socket.io/?EIO=3" : "/socket.io/?EIO=4";
        text += "&transport=" + std::string(transport);
        if (with_sid) text += "&sid=" + client.sid;
        return text;
    }

    std::shared_ptr<test::Answer> ask(HttpRequest request) {
        auto answer = std::make_shared<test::Answer>();
        answers_.push_back(answer);
        auto exchange = std::make_unique<test::FakeExchange>(std::move(request), answer);
        if (transport::is_v09_target(exchange->request().target, "/socket.io")) {
            server_.v09.handle(std::move(exchange));
        } else {
            server_.engine.handle(std::move(exchange));
        }
        test::turn();
        return answer;
    }
    std::shared_ptr<test::Answer> get(const std::string& target, bool websocket = false) {
        return ask(test::make_request("GET", target, {}, websocket ? test::websocket_headers() : Headers()));
    }

    void open_polling() {
        Client& client = now();
        client = Client();
        client.generation = input_.byte() % 3;
        client.last = get(target(client, "polling", false));
        const std::string body = client.last->body();
        const auto sid = body.find("\"sid\":\"");
        client.sid = is_v09(client) ? body.substr(0, body.find(':')) : body.substr(sid == body.npos ? 0 : sid + 7, 20);
    }
    void open_websocket() {
        Client& client = now();
        client = Client();
        client.generation = input_.byte() % 3;
        client.last = client.websocket = get(target(client, "websocket", false), !is_v09(client));
    }

    void take_requests() {
        std::string bytes(text());
        for (auto at = bytes.find('~'); at != bytes.npos; at = bytes.find('~', at + now().sid.size()))
            bytes.replace(at, 1, now().sid);
        HttpLimits limits;
        limits.max_body_bytes = server_.options.max_payload_bytes;
        for (std::string_view rest = bytes; !rest.empty();) {
            net::HeadScanner scanner(limits.max_head_bytes, limits.max_header_fields);
            if (scanner.scan(rest) != net::HeadScanner::Result::complete) return;
            net::RequestParser parser(limits);
            if (parser.parse_head(rest.substr(0, scanner.size()))) return;
            rest.remove_prefix(scanner.size());
            if (parser.limit_body(limits.max_body_bytes)) return;
            while (!parser.done()) {
                const auto part = parser.parse_body(rest);
                rest.remove_prefix(part.consumed);
                if (part.fault || (!part.done && part.consumed == 0)) return;
            }
            if (!parser.request().target.starts_with("/socket.io/")) return;
            const auto answer = now().last = ask(std::move(parser.request()));
            if (answer->status() != 101) continue;
            now().websocket = answer;
            return feed(answer, std::string(rest));
        }
    }

    void feed(const std::shared_ptr<test::Answer>& answer, const std::string& bytes) {
        if (!answer || answer->wire->closed || answer->wire->aborted) return;
        if (answer->wire->paused) {
            answer->wire->held += bytes;
        } else {
            answer->wire->feed(bytes);
        }
    }
    // What was left for a later turn, or while reading paused.
    void feed_all() {
        for (const auto& answer : answers_) {
            if (!answer->wire->held.empty() && !answer->wire->paused) answer->wire->feed({});
        }
    }
    static void leave(test::Answer& answer) {
        if (answer.response) {
            answer.wire->end();
        } else {
            answer.abandon();
        }
    }

    void step(Step step) {
        Client& client = now();
        switch (step) {
            case Step::open_polling: open_polling(); break;
            case Step::open_websocket: open_websocket(); break;
            case Step::poll: client.last = client.poll = get(target(client, "polling", true)); break;
            case Step::post:
                client.last = ask(test::make_request("POST", target(client, "polling", true), std::string(text())));
                break;
            case Step::upgrade: client.last = client.websocket = get(target(client, "websocket", true), true); break;
            case Step::bytes: feed(client.websocket, std::string(text())); break;
            case Step::text: feed(client.websocket, test::masked(wire::WsOpcode::text, text())); break;
            case Step::binary: feed(client.websocket, test::masked(wire::WsOpcode::binary, text())); break;
            case Step::leave:
                if (client.last) leave(*client.last);
                break;
            case Step::wait: sio::sleep(input_.byte() * 100ms); break;
            case Step::choose: now_ = input_.byte() % clients_.size(); break;
            case Step::fall_back: {
                const bool reads = input_.byte() % 2 != 0;
                for (const auto& answer : answers_) answer->wire->queued = reads ? 0 : 2 * Server::max_queued;
                break;
            }
            case Step::broadcast: server_.namespaces.of("/").emit("news", "text"); break;
            case Step::http: take_requests(); break;
        }
        feed_all();
    }

    void check_limits() {
        // One message may be larger than the limit.
        const auto check = [](auto& session) {
            FUZZ_CHECK(session.outbox().bytes() <= Server::max_queued + 64 * 1024);
        };
        server_.engine.host().sessions.for_each(check);
        server_.v09.host().sessions.for_each(check);
        FUZZ_CHECK(server_.place.quota->size() <= 8 + answers_.size());
    }

    Server& server_;
    fuzz::Input input_;
    std::vector<Client> clients_;
    std::size_t now_ = 0;
    std::vector<std::shared_ptr<test::Answer>> answers_;
};

}  // namespace

/// The shadow stacks that AddressSanitizer makes for each greenlet are not given back: an input would cost 700 KB for good.
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0:quarantine_size_mb=32"; }

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const bool quiet = [] {
        set_log_level(LogLevel::off);
        return true;
    }();
    static_cast<void>(quiet);
    Server server;
    server.loop.post([&] {
        server.loop.enter([&] {
            Play play(server, fuzz::Input(data, size));
            play.run();
            play.leave();
            sio::sleep(300s);  // beyond all time limits, which takes none
            FUZZ_CHECK(server.engine.session_count() == 0);
            FUZZ_CHECK(server.v09.host().sessions.size() == 0);
            FUZZ_CHECK(server.hub->socket_count() == 0);
            FUZZ_CHECK(static_cast<adapter::MemoryAdapter&>(server.hub->adapter()).namespace_count() == 0);
            FUZZ_CHECK(server.place.quota->size() == 0);
            FUZZ_CHECK(server.loop.greenlets() == 1);
            server.loop.stop();
        });
    });
    server.loop.run();
    return 0;
}
