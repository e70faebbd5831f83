// A host with an io_context and stackful coroutines of its own, which mounts sio; everything in one program, so that
// sio's way to compile Asio and the host's must agree.
#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>
#include <cstdlib>
#include <exception>
#include <string>

#include <sio/beast.hpp>
#include <sio/sio.hpp>

#include "databases.hpp"

namespace {

class Echo : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<Echo>& on) { on("echo", &Echo::on_echo); }

private:
    std::string on_echo(std::string text) { return text; }
};

}  // namespace

int main() {
    sio::Namespaces namespaces;
    namespaces.add<Echo>("/");
    sio::SocketIOServer server(namespaces);
    server.start();

    bool owned = false;
    boost::asio::io_context context;
    boost::asio::spawn(
        context,
        [&](boost::asio::yield_context yield) {
            boost::asio::post(context, yield);
            owned = server.owns("/socket.io/?EIO=4&transport=polling");
        },
        [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    context.run();

    server.stop();
    return owned && databases_work() ? EXIT_SUCCESS : EXIT_FAILURE;
}
