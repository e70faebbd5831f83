#include <doctest/doctest.h>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

TEST_CASE("a request is answered and the connection stays open for the next") {
    TestServer server(echoing());
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) {
        client.send(get("/a?" + std::to_string(i)));
        const auto response = client.response();
        CHECK(response.status == 200);
        CHECK(response.body == "GET /a?" + std::to_string(i) + ' ');
        CHECK(response.headers.count("connection") == 0);
        CHECK(response.headers.at("date").size() == 29);
    }
    CHECK(server.shard().counters().accepted.get() == 1);
    CHECK(server.shard().counters().requests.get() == 3);
}
