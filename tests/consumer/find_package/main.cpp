// A chat server: a namespace by subclassing, an app with a page, and the server started and stopped.
#include <cstdlib>
#include <string>

#include <sio/server.hpp>
#include <sio/sio.hpp>

#include "databases.hpp"

namespace {

class Chat : public virtual sio::BaseNamespace, public sio::RoomsMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<Chat>& on) {
        on("join", &Chat::on_join);
        on("user message", &Chat::on_user_message);
    }

private:
    bool on_join(std::string room) {
        join(room);
        return true;
    }
    void on_user_message(std::string room, std::string text) { emit_to_room(room, "user message", sid(), text); }
};

}  // namespace

int main() {
    sio::Namespaces namespaces;
    namespaces.add<Chat>("/chat");

    sio::Router app;
    app.get("/", [](sio::Environ&) { return sio::Response::html("<h1>Chat</h1>"); });
    app.any("/socket.io", [&](sio::Environ& environ) { return sio::socketio_manage(environ, namespaces); });

    sio::SocketIOServer server({"127.0.0.1", 0}, app);
    server.start();
    const bool serves = server.port() != 0 && server.owns("/socket.io/?EIO=4") && !server.owns("/");
    server.stop();
    return serves && namespaces.contains("/chat") && databases_work() ? EXIT_SUCCESS : EXIT_FAILURE;
}
