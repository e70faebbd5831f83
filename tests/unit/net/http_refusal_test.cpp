#include <doctest/doctest.h>

#include "unit/net/test_server.hpp"

using namespace sio;
using namespace sio::net;
using namespace sio::net::test;

namespace {

struct Refusal {
    std::string what;
    std::string request;
    int status;
};

std::string with_lines(const std::string& lines, const std::string& rest = {}) {
    return "POST / HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n" + rest;
}

std::string chunked(const std::string& body) { return with_lines("Transfer-Encoding: chunked\r\n", body); }

std::vector<Refusal> refusals() {
    const std::string smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";
    std::string nul("a\0b", 3);
    return {
        {"another transfer coding", with_lines("Transfer-Encoding: xchunked\r\n", smuggled), 501},
        {"a quoted coding", with_lines("Transfer-Encoding: \"chunked\"\r\n", smuggled), 501},
        {"chunked twice", with_lines("Transfer-Encoding: chunked, chunked\r\n", smuggled), 501},
        {"chunked before another", with_lines("Transfer-Encoding: chunked, identity\r\n", smuggled), 501},
        {"gzip before chunked", with_lines("Transfer-Encoding: gzip, chunked\r\n", smuggled), 501},
        {"an empty coding", with_lines("Transfer-Encoding:\r\n", smuggled), 501},
        {"two coding fields", with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", smuggled),
         400},
        {"two coding fields, one other",
         with_lines("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", smuggled), 400},
        {"coding before length", with_lines("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", smuggled), 400},
        {"length before coding", with_lines("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", smuggled), 400},
        {"length with another coding", with_lines("Content-Length: 5\r\nTransfer-Encoding: x\r\n", smuggled), 400},
        {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400},
        {"a space before the colon", with_lines("Transfer-Encoding : chunked\r\n", smuggled), 400},
        {"a space before the colon of the length", with_lines("Content-Length : 5\r\n", "hello"), 400},
        {"two lengths", with_lines("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400},
        {"two equal lengths", with_lines("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
        {"a list of lengths", with_lines("Content-Length: 5, 5\r\n", "hello"), 400},
        {"a signed length", with_lines("Content-Length: +5\r\n", "hello"), 400},
        {"a negative length", with_lines("Content-Length: -5\r\n", "hello"), 400},
        {"a hexadecimal length", with_lines("Content-Length: 0x5\r\n", "hello"), 400},
        {"an empty length", with_lines("Content-Length:\r\n"), 400},
        {"a length that is no number", with_lines("Content-Length: five\r\n", "hello"), 400},
        {"a length above 64 bits", with_lines("Content-Length: 18446744073709551621\r\n", "hello"), 400},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        {"a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400},
        {"a Host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"a folded line", with_lines("X-Folded: a\r\n b\r\n"), 400},
        {"a folded line by a tab", with_lines("X-Folded: a\r\n\tb\r\n"), 400},
        {"a folded line right behind the request line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"lines that end in LF alone", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"one line that ends in LF alone", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
        {"CR alone within a line", with_lines("X: a\rY: b\r\n"), 400},
        {"NUL in a value", with_lines("X: " + nul + "\r\n"), 400},
        {"NUL in a name", with_lines(nul + ": x\r\n"), 400},
        {"a control character in a value", with_lines("X: a\x01\r\n"), 400},
        {"a field without a colon", with_lines("X\r\n"), 400},
        {"a field without a name", with_lines(": x\r\n"), 400},
        {"a name with a space", with_lines("X Y: x\r\n"), 400},
        {"a target without a slash", "GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"an empty target", "GET  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target with a space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 505},
        {"a target with a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target with a control character", "GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target with NUL", "GET /" + nul + " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"a target of another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"an absolute target without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"an asterisk that is not OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501},
        {"a method that is no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"no HTTP at all", "\x16\x03\x01\x02\r\n\r\n", 400},
        {"an unknown expectation", with_lines("Expect: everything\r\nContent-Length: 0\r\n"), 417},
        {"two expectations", with_lines("Expect: 100-continue, x\r\nContent-Length: 0\r\n"), 417},
        {"two expectations in two fields", with_lines("Expect: 100-continue\r\nExpect: x\r\nContent-Length: 0\r\n"),
         417},
        {"a chunk size that is no number", chunked("x\r\nhello\r\n0\r\n\r\n"), 400},
        {"an empty chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size with a prefix", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk size above 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk that is longer than it says", chunked("4\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk that is shorter than it says", chunked("6\r\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk line that ends in LF alone", chunked("5\nhello\r\n0\r\n\r\n"), 400},
        {"a chunk extension that is none", chunked("5 x\r\nhello\r\n0\r\n\r\n"), 400},
        {"a length in the trailer", chunked("0\r\nContent-Length: 5\r\n\r\n"), 400},
        {"a malformed trailer", chunked("0\r\nno colon\r\n\r\n"), 400},
    };
}

}  // namespace

TEST_CASE("a malformed or ambiguous request is refused, and ends the connection") {
    TestServer server(echoing());
    for (const auto& refusal : refusals()) {
        CAPTURE(refusal.what);
        const auto errors = server.shard().counters().protocol_errors.get();
        auto client = server.connect();
        client.send(refusal.request);
        const auto response = client.response();
        CHECK(response.status == refusal.status);
        CHECK(response.complete);
        CHECK(response.head.find("Connection: close\r\n") != std::string::npos);
        CHECK(response.body.size() > 2);
        CHECK(client.closed_within(1s));
        CHECK_FALSE(client.was_reset());
        CHECK(server.shard().counters().protocol_errors.get() == errors + 1);
    }
    // None of them, and nothing smuggled behind them, has reached the handler.
    CHECK(server.shard().counters().requests.get() == 0);
    CHECK(server.all_closed());
}

TEST_CASE("a refusal is the same when the request comes byte by byte") {
    TestServer server(echoing());
    for (const auto& refusal : refusals()) {
        CAPTURE(refusal.what);
        auto client = server.connect();
        for (const char byte : refusal.request) {
            if (!client.try_send(std::string(1, byte))) break;
        }
        CHECK(client.response().status == refusal.status);
    }
    CHECK(server.shard().counters().requests.get() == 0);
}

TEST_CASE("bytes that cannot begin a request are refused as soon as they come") {
    TestServer server(echoing());
    const std::vector<std::pair<std::string, int>> beginnings = {
        {std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11), 400},  // a TLS ClientHello
        {"SSH-2.0-OpenSSH_9.2\r\n", 400},
        {"EHLO client.example\r\n", 400},
        {"*1\r\n$4\r\nPING\r\n", 400},
        {"USER guest 0 * :Ronnie\r\n", 505},
        {"GET /\r\n", 400},
        {"GET  ", 400},
        {std::string(33, 'X'), 400},
        {std::string(1, '\0'), 400},
    };
    for (const auto& [bytes, status] : beginnings) {
        CAPTURE(bytes);
        auto client = server.connect();
        client.send(bytes);
        CHECK(client.response().status == status);
        CHECK(client.closed_within(1s));
    }
}

TEST_CASE("what precedes a refused request is answered") {
    TestServer server(echoing());
    auto client = server.connect();
    client.send(get("/good") + "nonsense\r\n\r\n" + get("/not-reached"));
    CHECK(client.response().body == "GET /good ");
    CHECK(client.response().status == 400);
    CHECK(client.receive_all().empty());
    CHECK(server.shard().counters().requests.get() == 1);
}

TEST_CASE("unusual but valid requests are taken") {
    TestServer server(echoing());
    const std::string accepted[] = {
        "GET / HTTP/1.1\r\nhOsT: test\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \t test \t \r\n\r\n",
        "GET /|{}^\"<>%zz HTTP/1.1\r\nHost: test\r\n\r\n",
        "GET /\xc3\xa9 HTTP/1.1\r\nHost: test\r\n\r\n",
        "\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n",
        "BREW / HTTP/1.1\r\nHost: test\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: Chunked\r\n\r\n0005;a=b\r\nhello\r\n000\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 0005\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: test\r\nX-Obs: \xe9\r\n\r\n",
    };
    auto client = server.connect();
    for (const auto& request : accepted) {
        CAPTURE(request);
        client.send(request);
        CHECK(client.response().status == 200);
    }
}
