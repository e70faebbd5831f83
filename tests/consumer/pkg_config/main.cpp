// A namespace with a typed and an untyped event, and documents: sio without CMake.
#include <cstdlib>
#include <string>

#include <sio/json.hpp>
#include <sio/server.hpp>
#include <sio/sio.hpp>

#include "databases.hpp"

namespace {

class Sums : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<Sums>& on) {
        on("sum", &Sums::on_sum);
        on("keep", [](Sums& self, const sio::Args& arguments) { self.emit("kept", arguments.size()); });
    }

private:
    double on_sum(double left, double right) { return left + right; }
};

}  // namespace

int main() {
    sio::Namespaces namespaces;
    namespaces.add<Sums>("/");
    sio::SocketIOServer server({"127.0.0.1", 0}, sio::route(namespaces));
    server.start();
    const auto port = server.port();
    server.stop();
    const bool version_fits = std::string(SIO_VERSION_STRING).starts_with(std::to_string(SIO_VERSION_MAJOR));
    return port != 0 && version_fits && databases_work() ? EXIT_SUCCESS : EXIT_FAILURE;
}
