// Socket.IO packets on Engine.IO sessions of both generations, over a transport that notes what it is given.

#include "session/engine_channel.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "greenlet/loop.hpp"
#include "wire/ws_frame.hpp"

using namespace sio;
using session::Broadcast;
using session::CloseReason;
using session::EngineChannel;
using session::EngineSession;
using wire::EnginePacket;
using wire::EngineType;
using wire::PacketType;
using wire::PacketView;

namespace {

using Log = std::vector<std::string>;

class NotingTransport final : public session::Transport {
public:
    std::string_view name() const noexcept override { return "websocket"; }
    bool direct() const noexcept override { return true; }
    bool ready() const noexcept override { return true; }
    std::size_t queued_bytes() const noexcept override { return 0; }
    void send(bool binary, std::string_view packet) override {
        sent.push_back((binary ? "binary:" : "text:") + std::string(packet));
    }
    session::Frames takes_frames() const noexcept override { return session::Frames::plain; }
    void send_frames(const std::shared_ptr<const std::string>& shared) override { frames.push_back(shared); }
    void fetch() override {}
    void flush() override {}
    void pause_reading() override {}
    void resume_reading() override {}
    void close(CloseReason) override {}
    void leave() override {}

    Log sent;
    std::vector<std::shared_ptr<const std::string>> frames;
};

class NotingHandler final : public session::ChannelHandler {
public:
    bool on_packet(const PacketView& packet) override {
        std::string line = std::string(packet.nsp) + ' ' + std::string(packet.name) + ' ' + std::string(packet.data);
        for (const Binary& attachment : packet.attachments) line += '+' + std::string(attachment.bytes());
        got.push_back(line);
        return true;
    }
    void on_close(CloseReason reason) override {
        got.push_back("closed: " + std::string(session::reason_text(reason)));
    }

    Log got;
};

/// One client, open.
struct Client {
    Client(session::EngineHost& host, Generation generation, std::string sid)
        : session(new EngineSession(host, std::move(sid), generation)) {
        auto made = session::make_engine_channel(*session);
        channel = made.get();
        channel->set_handler(handler);
        session->set_observer(std::move(made));
        session->open(transport);
        transport->sent.clear();
    }
    void text(std::string_view message) { session->on_packet(*transport, {EngineType::message, false, message}); }
    void binary(std::string_view message) { session->on_packet(*transport, {EngineType::message, true, message}); }

    session::EngineSessionPtr session;
    boost::intrusive_ptr<NotingTransport> transport{new NotingTransport};
    std::shared_ptr<NotingHandler> handler = std::make_shared<NotingHandler>();
    EngineChannel* channel = nullptr;
};

void run(const std::function<void(session::EngineHost&)>& script) {
    const EngineOptions options;
    greenlet::Loop loop{{.virtual_time = true}};
    session::EngineHost host{loop, options, {}};
    loop.post([&] {
        script(host);
        host.sessions.for_each([](EngineSession& session) { session.close(CloseReason::forced_close); });
        loop.post([&loop] { loop.stop(); });
    });
    loop.run();
}

const Binary attachment(std::string("\1\2", 2));

PacketView binary_event() {
    PacketView packet;
    packet.name = "caf\xc3\xa9";
    packet.data = R"({"_placeholder":true,"num":0})";
    packet.attachments = {&attachment, 1};
    return packet;
}

}  // namespace

TEST_CASE("each generation has its channel, and its spelling of a packet") {
    run([](session::EngineHost& host) {
        Client eio3(host, Generation::eio3, "a");
        Client eio4(host, Generation::eio4, "b");
        CHECK(eio3.channel->generation() == Generation::eio3);
        CHECK(eio4.channel->generation() == Generation::eio4);
        for (Client* client : {&eio3, &eio4}) {
            client->channel->send(binary_event(), {});
            client->channel->send({.type = PacketType::connect, .nsp = "/chat", .data = R"({"sid":"x"})"}, {});
        }
        CHECK(eio3.transport->sent ==
              Log{R"(text:451-["caf\u00e9",{"_placeholder":true,"num":0}])", "binary:\1\2", "text:40/chat,"});
        CHECK(eio4.transport->sent == Log{"text:451-[\"caf\xc3\xa9\",{\"_placeholder\":true,\"num\":0}]", "binary:\1\2",
                                          R"(text:40/chat,{"sid":"x"})"});
    });
}

TEST_CASE("a broadcast is encoded once for each generation, and its frames are shared") {
    run([](session::EngineHost& host) {
        std::vector<std::unique_ptr<Client>> clients;
        for (int i = 0; i < 4; ++i) {
            const auto generation = i % 2 == 0 ? Generation::eio3 : Generation::eio4;
            clients.push_back(std::make_unique<Client>(host, generation, std::string(1, static_cast<char>('a' + i))));
        }
        const Broadcast broadcast(binary_event());
        for (const auto& client : clients) client->channel->send(broadcast, {});
        for (const auto& client : clients) REQUIRE(client->transport->frames.size() == 1);
        const auto frames = [&](int i) { return clients[static_cast<std::size_t>(i)]->transport->frames.front(); };
        CHECK(frames(0) == frames(2));
        CHECK(frames(1) == frames(3));

        std::string eio3;
        wire::append_ws_frame(eio3, wire::WsOpcode::text, R"(451-["caf\u00e9",{"_placeholder":true,"num":0}])");
        wire::append_ws_frame(eio3, wire::WsOpcode::binary, "\4\1\2");
        CHECK(*frames(0) == eio3);
        std::string eio4;
        wire::append_ws_frame(eio4, wire::WsOpcode::text, "451-[\"caf\xc3\xa9\",{\"_placeholder\":true,\"num\":0}]");
        wire::append_ws_frame(eio4, wire::WsOpcode::binary, "\1\2");
        CHECK(*frames(1) == eio4);
    });
}

TEST_CASE("text that looks as if it had been encoded twice means what it says, whatever the generation") {
    for (const auto generation : {Generation::eio3, Generation::eio4}) {
        run([&](session::EngineHost& host) {
            Client client(host, generation, "a");
            client.text("2[\"a\",\"\xc3\x83\xc2\xa9\"]");
            CHECK(client.handler->got == Log{"/ a \"\xc3\x83\xc2\xa9\""});
        });
    }
}

TEST_CASE("attachments are put to the packet that announced them, for both generations") {
    for (const auto generation : {Generation::eio3, Generation::eio4}) {
        run([&](session::EngineHost& host) {
            Client client(host, generation, "a");
            client.text(R"(52-/chat,["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
            client.binary("one");
            CHECK(client.handler->got.empty());
            client.binary("two");
            CHECK(client.handler->got ==
                  Log{R"(/chat a {"_placeholder":true,"num":0},{"_placeholder":true,"num":1}+one+two)"});
        });
    }
}

TEST_CASE("malformed packets, strayed attachments and text among them end the connection, for both generations") {
    for (const auto generation : {Generation::eio3, Generation::eio4}) {
        const std::vector<std::function<void(Client&)>> mistakes{
            [](Client& client) { client.text("abc"); },
            [](Client& client) { client.text("2{}"); },
            [](Client& client) { client.text(""); },
            [](Client& client) { client.binary("nobody's"); },
            [](Client& client) { client.text(R"(511-["too many"])"); },
            [](Client& client) {
                client.text(R"(51-["a",{"_placeholder":true,"num":0}])");
                client.text(R"(2["b"])");
            },
        };
        for (const auto& make : mistakes) {
            run([&](session::EngineHost& host) {
                Client client(host, generation, "a");
                make(client);
                CHECK(client.handler->got == Log{"closed: parse error"});
            });
        }
    }
}

TEST_CASE("the data of a CONNECT is Engine.IO 4's alone") {
    run([](session::EngineHost& host) {
        Client eio3(host, Generation::eio3, "a");
        eio3.text("0/chat?token=1");
        eio3.text(R"(0/chat,{"token":1})");
        CHECK(eio3.handler->got == Log{"/chat  ", "closed: parse error"});
        Client eio4(host, Generation::eio4, "b");
        eio4.text(R"(0/chat,{"token":1})");
        CHECK(eio4.handler->got == Log{R"(/chat  {"token":1})"});
    });
}

TEST_CASE("packets that mean nothing are ignored, with their attachments, and close nothing") {
    for (const auto generation : {Generation::eio3, Generation::eio4}) {
        run([&](session::EngineHost& host) {
            Client client(host, generation, "a");
            for (const char* const packet : {"3", R"(3["answer"])", "2", "21", "2/chat,", "2[1.5]", R"(2[1e3,"x"])"}) {
                client.text(packet);
            }
            client.text(R"(51-[1.5,{"_placeholder":true,"num":0}])");
            client.binary(generation == Generation::eio3 ? "\4x" : "x");
            CHECK(client.handler->got.empty());
            CHECK(client.session->is_open());
            client.text(R"(2["goes on"])");
            client.text("37");  // an answer without arguments
            CHECK(client.handler->got == Log{"/ goes on ", "/  "});
        });
    }
}
