#include <doctest/doctest.h>

#include "transport/origin.hpp"

using namespace sio;
using transport::Origin;
using transport::read_origin;

namespace {

bool same(std::string_view a, std::string_view b) {
    const auto first = read_origin(a);
    const auto second = read_origin(b);
    return first && second && transport::same_origin(*first, *second);
}

bool served_at(std::string_view origin, std::string_view host) {
    const auto page = read_origin(origin);
    return page && transport::is_origin_of(*page, host);
}

}  // namespace

TEST_CASE("an origin is read as scheme, host and port") {
    const auto origin = read_origin("https://example.org:8443");
    REQUIRE(origin);
    CHECK(origin->scheme == Origin::Scheme::https);
    CHECK(origin->host == "example.org");
    CHECK(origin->port == "8443");
    CHECK(read_origin("ws://[::1]:80/chat")->host == "[::1]");
    CHECK(read_origin("localhost:3000")->scheme == Origin::Scheme::none);
    for (const std::string_view bad :
         {"", "null", "http://", "http://:80", "file:///page", "chrome-extension://abc", "http://user@example.org",
          "http://[::1", "http://example.org:http", "://example.org"}) {
        CAPTURE(bad);
        CHECK_FALSE(read_origin(bad));
    }
}

TEST_CASE("origins are compared as what they are, not as text") {
    CHECK(same("https://example.org", "wss://EXAMPLE.org:443"));
    CHECK(same("http://example.org:80", "ws://example.org/"));
    CHECK(same("http://[::1]:3000", "ws://[::1]:3000"));
    CHECK_FALSE(same("http://example.org", "https://example.org"));
    CHECK_FALSE(same("http://example.org", "http://example.org:8080"));
    CHECK_FALSE(same("http://example.org", "http://example.org.evil.example"));
}

TEST_CASE("a server's own origin is told by host and port, whatever its proxy did to the scheme") {
    CHECK(served_at("wss://a.example", "a.example:443"));
    CHECK(served_at("https://a.example:443", "a.example"));
    CHECK(served_at("ws://a.example:80", "A.example"));
    CHECK(served_at("http://127.0.0.1:5000", "127.0.0.1:5000"));
    CHECK(served_at("127.0.0.1:5000", "127.0.0.1:5000"));
    CHECK(served_at("a.example", "a.example:443"));
    CHECK(served_at("a.example", "a.example:80"));
    CHECK(served_at("https://[::1]", "[::1]:443"));
    CHECK_FALSE(served_at("http://a.example", "a.example:443"));
    CHECK_FALSE(served_at("https://a.example", "a.example:80"));
    CHECK_FALSE(served_at("a.example", "a.example:8080"));
    CHECK_FALSE(served_at("https://b.example", "a.example"));
    CHECK_FALSE(served_at("null", "null"));
    CHECK_FALSE(served_at("https://a.example", ""));
}
