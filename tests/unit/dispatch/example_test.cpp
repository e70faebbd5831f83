// The example that introduces sio, as a user writes it, and what it does.

#include <doctest/doctest.h>

#include <string>
#include <tuple>

#include <sio/sio.hpp>

#include "unit/dispatch/client.hpp"

namespace {

// gevent-socketio's ChatNamespace, line for line.
class ChatNamespace : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    // Python finds on_* by name; C++ says it once for the class, not once for each socket.
    static void events(sio::EventTable<ChatNamespace>& on) {
        on("join", &ChatNamespace::on_join);
        on("nickname", &ChatNamespace::on_nickname);
        on("user message", &ChatNamespace::on_user_message);
    }
    void initialize() override { log("Socket.IO session started"); }
    void recv_disconnect() override;

private:
    bool on_join(std::string room);                                   // return value = the ack
    std::tuple<bool, std::string> on_nickname(std::string nickname);  // two ack arguments
    bool on_user_message(std::string text);
};

bool ChatNamespace::on_join(std::string room) {
    session()["room"] = room;
    join(room);
    return true;
}

std::tuple<bool, std::string> ChatNamespace::on_nickname(std::string nickname) {
    session()["nickname"] = nickname;
    broadcast_event("announcement", nickname + " has connected");
    return {true, nickname};
}

bool ChatNamespace::on_user_message(std::string text) {
    emit_to_room(session().get_or<std::string>("room", ""), "msg_to_room",
                 session().get_or<std::string>("nickname", "?"), text);
    return true;
}

void ChatNamespace::recv_disconnect() {
    broadcast_event("announcement", session().get_or<std::string>("nickname", "?") + " has disconnected");
    disconnect_silently();
}

}  // namespace

TEST_CASE("the introductory chat works") {
    using namespace sio::test;
    sio::Namespaces namespaces;
    namespaces.add<ChatNamespace>("/chat");

    sio::Router app;
    app.any("/socket.io", [&](sio::Environ& environ_) { return sio::socketio_manage(environ_, namespaces); });

    with_shard([&](Shard& shard) {
        Client ada(shard, false);
        Client bob(shard, false);
        for (auto* client : {&ada, &bob}) {
            CHECK(sio::socketio_manage(client->socket().environ(), namespaces).socket().sessid() == client->sid());
            CHECK(client->connect("/chat").size() == 20);
            client->send(R"(2/chat,1["join","lobby"])");
            CHECK(client->take() == Texts{"3/chat,1[true]"});
        }
        ada.send(R"(2/chat,2["nickname","Ada"])");
        CHECK(ada.take() == Texts{R"(2/chat,["announcement","Ada has connected"])", R"(3/chat,2[true,"Ada"])"});
        CHECK(bob.take() == Texts{R"(2/chat,["announcement","Ada has connected"])"});
        ada.send(R"(2/chat,3["user message","hi <b>"])");
        CHECK(ada.take() == Texts{"3/chat,3[true]"});
        CHECK(bob.take() == Texts{R"(2/chat,["msg_to_room","Ada","hi <b>"])"});
        ada.drop(sio::session::CloseReason::transport_close);
        settle();
        CHECK(bob.take() == Texts{R"(2/chat,["announcement","Ada has disconnected"])"});
    });
}
