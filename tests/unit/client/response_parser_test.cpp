#include "client/response_parser.hpp"

#include <doctest/doctest.h>

#include <string>
#include <system_error>

#include <sio/error.hpp>

using sio::client::ResponseParser;

namespace {

constexpr std::size_t limit = 1000;

/// Feeds `text` byte by byte, as a slow server sends it; what the parser did not take.
std::string feed_slowly(ResponseParser& parser, std::string_view text) {
    std::string rest;
    for (const char c : text) {
        rest += c;
        rest.erase(0, parser.feed(rest));
    }
    return rest;
}

sio::errc code_of(std::string_view text, std::size_t max_body_bytes = limit) {
    ResponseParser parser(false, max_body_bytes);
    try {
        std::string rest(text);
        rest.erase(0, parser.feed(rest));
        parser.feed_end();
    } catch (const sio::Error& error) {
        return static_cast<sio::errc>(error.code().value());
    }
    return {};
}

}  // namespace

TEST_CASE("an answer is read however its bytes arrive, and not beyond its end") {
    ResponseParser parser(false, limit);
    CHECK(feed_slowly(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\n\r\nhelloNEXT") == "NEXT");
    CHECK(parser.done());
    CHECK(parser.keep_alive());
    CHECK(parser.response().status == 200);
    CHECK(parser.response().headers.get("x-a") == "1");
    CHECK(parser.response().body == "hello");
}

TEST_CASE("chunks are joined, extensions and trailers are dropped") {
    ResponseParser parser(false, limit);
    feed_slowly(parser,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n");
    CHECK(parser.done());
    CHECK(parser.response().body == "abcde");
    CHECK_FALSE(parser.response().headers.contains("X-Late"));
}

TEST_CASE("interim answers are passed over, a switch of protocols is not one") {
    ResponseParser parser(false, limit);
    feed_slowly(
        parser,
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    CHECK(parser.response().status == 204);
    CHECK_FALSE(parser.response().headers.contains("Link"));
    ResponseParser upgrade(true, 0);
    CHECK(feed_slowly(upgrade, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81") == "\x81");
    CHECK(upgrade.response().status == 101);
}

TEST_CASE("without a length the body ends with the connection") {
    ResponseParser parser(false, limit);
    feed_slowly(parser, "HTTP/1.0 200 OK\r\n\r\nuntil the end");
    CHECK_FALSE(parser.done());
    parser.feed_end();
    CHECK(parser.done());
    CHECK(parser.response().body == "until the end");
    CHECK_FALSE(parser.keep_alive());
}

TEST_CASE("the answer to HEAD has no body, whatever its length says") {
    ResponseParser parser(true, limit);
    CHECK(feed_slowly(parser, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n").empty());
    CHECK(parser.done());
}

TEST_CASE("an answer that is cut short says so") {
    CHECK(code_of("") == sio::errc::connection_closed);
    CHECK(code_of("HTTP/1.1 20") == sio::errc::connection_closed);
    CHECK(code_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell") == sio::errc::connection_closed);
    CHECK(code_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n") == sio::errc::connection_closed);
}

TEST_CASE("a server cannot make a client keep more than the limits allow") {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
    const std::string much(70'000, 'x');
    CHECK(code_of(head + "Content-Length: 1001\r\n\r\n") == sio::errc::limit_exceeded);
    CHECK(code_of(head + "\r\n" + much) == sio::errc::limit_exceeded);
    CHECK(code_of(chunked + "fffff\r\n" + much) == sio::errc::limit_exceeded);
    CHECK(code_of(head + "X: " + much) == sio::errc::limit_exceeded);
    CHECK(code_of(chunked + "1;" + much) == sio::errc::limit_exceeded);
    CHECK(code_of(chunked + "0\r\nX: " + much) == sio::errc::limit_exceeded);
}

TEST_CASE("what is no answer is an error") {
    ResponseParser parser(false, limit);
    CHECK_THROWS_AS(parser.feed("SSH-2.0-OpenSSH\r\n\r\n"), std::system_error);
}
