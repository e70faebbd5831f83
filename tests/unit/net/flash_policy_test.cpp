#include <doctest/doctest.h>

#include "net/flash_policy_connection.hpp"
#include "unit/net/test_server.hpp"
#include "wire/flash_policy.hpp"

using namespace sio::net;
using namespace sio::net::test;

namespace {

const std::string request(sio::wire::flash_policy_request);
const std::string policy("<the-policy/>\0", 14);

}  // namespace

TEST_CASE("Flash is answered its policy where an HTTP request could begin, also in pieces") {
    TestServer server({.flash_policy = policy});
    auto whole = server.connect();
    whole.send(request);
    CHECK(whole.receive_all() == policy);
    whole.close();
    auto pieces = server.connect();
    for (const char byte : request) {
        pieces.send({&byte, 1});
        std::this_thread::sleep_for(1ms);
    }
    CHECK(pieces.receive_all() == policy);
    pieces.close();
    CHECK(server.all_closed());
    auto page = server.connect();
    page.send(get("/page"));
    CHECK(page.response().body == "GET /page ");
    CHECK(server.shard().counters().active.get() == 1);
    page.close();
    CHECK(server.all_closed());
}

TEST_CASE("what merely begins like a request for a policy is refused like any that is not HTTP") {
    TestServer server({.flash_policy = policy});
    for (const std::string& bad :
         {std::string("<html>"), std::string("<policy-file-request/> "), std::string("<\r\n")}) {
        auto client = server.connect();
        client.send(bad);
        CHECK(client.receive_all().starts_with("HTTP/1.1 400"));
    }
    sio::HttpLimits limits;
    limits.head_timeout = 30ms;
    TestServer impatient({.limits = limits, .flash_policy = policy});
    auto silent = impatient.connect();
    silent.send("<policy");
    CHECK(silent.receive_all().empty());
}

TEST_CASE("a server without a policy takes the request for one for bad HTTP") {
    TestServer server(TestServer::Setup{});
    auto client = server.connect();
    client.send(request + "\r\n\r\n");
    CHECK(client.receive_all().starts_with("HTTP/1.1 400"));
}

TEST_CASE("a port for policies answers that one request and nothing else") {
    sio::HttpLimits limits;
    limits.head_timeout = 30ms;
    TestServer server({.limits = limits, .flash_policy = policy, .service = Service::flash_policy});
    auto client = server.connect();
    client.send(request);
    CHECK(client.receive_all() == policy);
    auto http = server.connect();
    http.send(get("/page"));
    CHECK(http.receive_all().empty());
    auto silent = server.connect();
    CHECK(silent.receive_all().empty());
    auto half = server.connect();
    half.send("<policy");
    half.half_close();
    CHECK(half.receive_all().empty());
    for (Client* const gone : {&client, &http, &silent, &half}) gone->close();
    CHECK(server.all_closed());
}
