// A chat server: a namespace by subclassing, an app with a page, and the server started and stopped.
#include <cstdlib>
#include <string>

#include <sio/server.hpp>
#include <sio/sio.hpp>
#ifdef WITH_SQLITE
#include <sio/sqlite.hpp>
#endif
#ifdef WITH_POSTGRES
#include <sio/postgres.hpp>
#endif

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

/// Whether the databases that were built can be linked and called.
bool databases_work() {
    return sio::run([] {
        bool work = true;
#ifdef WITH_SQLITE
        work = work && sio::sqlite::Connection({.path = ":memory:"}).query("SELECT ?", 7).value<int>() == 7;
#endif
#ifdef WITH_POSTGRES
        try {
            sio::postgres::Connection("host=/nonexistent");
            work = false;
        } catch (const sio::postgres::Error& error) {
            work = work && error.is_connection_failure();
        }
#endif
        return work;
    });
}

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
