// What is caught: a socket that is touched on another thread than its worker's.

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sio/sio.hpp>

#include "dispatch/guard.hpp"
#include "unit/dispatch/client.hpp"

using namespace sio;
using namespace sio::test;

namespace {

class Member : public virtual BaseNamespace, public RoomsMixin {
public:
    static void events(EventTable<Member>&) {}
};

/// What the call throws on another thread; empty: nothing.
std::string elsewhere(const std::function<void()>& call) {
    std::string thrown;
    std::thread other([&] {
        try {
            call();
        } catch (const std::logic_error& error) {
            thrown = error.what();
        }
    });
    other.join();
    return thrown;
}

}  // namespace

TEST_CASE("a socket that is touched on a thread that is not its worker's is caught") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Member>("/");
        Client client(shard);
        const std::string sid = client.connect("/");
        Socket& socket = client.socket();
        const auto member = socket.get_namespace<Member>("/");
        REQUIRE(member);

        const std::vector<std::function<void()>> of_the_namespace = {
            [&] { member->emit("x"); },
            [&] { member->send("x"); },
            [&] { member->join("room"); },
            [&] { member->leave("room"); },
            [&] { member->rooms(); },
            [&] { member->session(); },
            [&] { member->socket(); },
            [&] { member->environ(); },
            [&] { member->disconnect(); },
            [&] { member->add_acl_method("x"); },
            [&] { static_cast<void>(member->everyone()); },
            [&] { member->error("name", "text"); },
            [&] { member->kill_local_jobs(); },
            [&] { static_cast<void>(member->connected()); },
            [&] { static_cast<void>(member->disconnect_reason()); },
        };
        for (const auto& call : of_the_namespace) {
            const std::string thrown = elsewhere(call);
            CHECK(thrown.find(sid) != std::string::npos);
            CHECK(thrown.find("run_on") != std::string::npos);
        }
        const std::vector<std::function<void()>> of_the_socket = {
            [&] { socket["/"]; },
            [&] { socket.active_ns(); },
            [&] { socket.remove_namespace("/"); },
            [&] { socket.disconnect(); },
            [&] { socket.kill(); },
            [&] { socket.detach(); },
            [&] { socket.send_packet({}); },
            [&] { socket.error("n", "t"); },
            [&] { socket.drain(); },
            [&] { static_cast<void>(socket.connected()); },
            [&] { static_cast<void>(socket.state()); },
            [&] { static_cast<void>(socket.transport()); },
            [&] { static_cast<void>(socket.queued_bytes()); },
            [&] { static_cast<void>(socket.session()); },
            [&] { static_cast<void>(socket.get_namespace("/")); },
        };
        for (const auto& call : of_the_socket) {
            const std::string thrown = elsewhere(call);
            CHECK(thrown.find(socket.sessid()) != std::string::npos);
            CHECK(thrown.find("run_on") != std::string::npos);
        }
        CHECK(member->connected());
        CHECK(client.take().empty());
    });
}

TEST_CASE("what does not change may be asked for on any thread, and so may everything of a socket that has ended") {
    with_shard([](Shard& shard) {
        shard.namespaces.add<Member>("/");
        Client client(shard);
        const std::string sid = client.connect("/");
        const auto socket = client.socket().shared_from_this();
        const auto member = socket->get_namespace<Member>("/");
        CHECK(elsewhere([&] {
                  CHECK(member->sid() == sid);
                  CHECK(member->ns_name() == "/");
                  CHECK(member->handshake().auth_text() == "{}");
                  CHECK(socket->sessid() == client.sid());
              }).empty());
        client.drop(session::CloseReason::transport_close);
        settle();
        CHECK(elsewhere([&] {
                  CHECK_FALSE(member->connected());
                  CHECK(socket->disconnect_reason() == "transport close");
                  member->emit("x");
                  socket->disconnect();
              }).empty());
    });
}
