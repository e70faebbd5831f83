#include "server/engine_socket.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "unit/transport/endpoint_fixture.hpp"

using namespace sio;

namespace {

/// A connection that cannot be answered: for want of memory, say.
class Broken final : public Exchange {
public:
    explicit Broken(HttpRequest request) : request_(std::move(request)) {}
    HttpRequest& request() noexcept override { return request_; }
    void respond(Response) override { throw std::runtime_error("cannot be answered"); }
    std::unique_ptr<ByteLink> upgrade(Response) override { return nullptr; }
    void on_abandoned(std::function<void()>) override {}

private:
    HttpRequest request_;
};

}  // namespace

TEST_CASE("a session that cannot be closed in order outlives the handler, and says nothing to it any more") {
    for (const int way : {0, 1, 2}) {
        CAPTURE(way);
        test::EndpointFixture f;
        std::string got;
        Event go;
        f.begin = [&](const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
            const auto handler = [&](EngineSocket& socket) {
                got = socket.receive().value().data;
                go.wait();
                if (way == 1) throw std::runtime_error("handler");
                if (way == 2) throw 2;
            };
            return server::run_engine_handler(handler, handshake, std::move(environ));
        };
        f.run([&] {
            const std::string sid = f.open();
            f.endpoint->handle(
                std::make_unique<Broken>(test::make_request("GET", "/engine.io/?EIO=4&transport=polling&sid=" + sid)));
            f.post(sid, "4hello");
            go.set();
            test::turn();
            f.post(sid, "4too late");
            test::turn();
        });
        CHECK(got == "hello");
    }
}
