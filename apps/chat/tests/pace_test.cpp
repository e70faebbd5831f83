// What a client may ask of the chat at a time.

#include <doctest/doctest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <sio/gevent.hpp>
#include <sio/sio.hpp>

#include "chat.hpp"
#include "chat_namespace.hpp"

using namespace std::chrono_literals;

namespace chat {
namespace {

/// A server with a database that is gone afterwards.
class Served {
public:
    Served() {
        std::string pattern = (std::filesystem::temp_directory_path() / "chat-pace-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        directory_ = pattern;
        store.emplace((directory_ / "chat.db").string());
        store->create_room("General");
        sio::Namespaces namespaces;
        shared.emplace(*store, namespaces);
        namespaces.add<ChatNamespace>(Chat::nsp, std::ref(*shared));
        server.emplace(sio::Address{"127.0.0.1", 0}, [namespaces](sio::Environ& environ) {
            return sio::Response(sio::socketio_manage(environ, namespaces));
        });
        shared->set_server(*server);
        server->start();
    }
    ~Served() {
        server.reset();
        shared.reset();
        store.reset();
        std::filesystem::remove_all(directory_);
    }

    std::optional<Store> store;
    std::optional<Chat> shared;
    std::optional<sio::SocketIOServer> server;

private:
    std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("what others hear of is paced, and answered all the same") {
    Served chat;
    sio::run([&] {
        sio::WebSocketClient client("ws://127.0.0.1:" + std::to_string(chat.server->port()) +
                                    "/socket.io/?EIO=4&transport=websocket");
        client.receive();
        client.send_text("40/chat,");
        client.receive();
        const auto begun = std::chrono::steady_clock::now();
        constexpr int wanted = 12;
        for (int i = 0; i < wanted; ++i) {
            client.send_text("42/chat," + std::to_string(i) + R"(["nickname","name )" + std::to_string(i) + R"("])");
        }
        for (int answered = 0; answered < wanted;) {
            const auto message = client.receive(1min);
            REQUIRE(message);
            if (message->data == "2") client.send_text("3");
            if (!message->data.starts_with("43/chat,")) continue;
            CHECK(message->data.starts_with("43/chat," + std::to_string(answered) + "[true,"));
            ++answered;
        }
        // Ten at once, then one each second.
        CHECK(std::chrono::steady_clock::now() - begun >= 1500ms);
    });
}

}  // namespace chat
