#include <sio/response.hpp>

#include <stdexcept>

#include <string>

#include <doctest/doctest.h>

using sio::Response;

TEST_CASE("a response with a body says what it is") {
    CHECK(Response(200, "hello").headers.get("Content-Type") == "text/plain; charset=utf-8");
    CHECK(Response::html("<p>").headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(Response::text("x", 418).status == 418);
    CHECK(Response::json("{}").headers.get("Content-Type") == "application/json");
    CHECK_FALSE(Response(204).headers.contains("Content-Type"));
}

TEST_CASE("a redirect is 303 unless told otherwise and refuses line breaks") {
    CHECK(Response::redirect("/room/a").status == 303);
    CHECK(Response::redirect("/room/a", 308).status == 308);
    CHECK(Response::redirect("/room/a").headers.get("Location") == "/room/a");
    CHECK_THROWS_AS(Response::redirect("/a\r\nSet-Cookie: x=1"), std::invalid_argument);
}

TEST_CASE("a streamed response keeps its writer") {
    struct Collect : sio::BodyWriter {
        void write(std::string_view bytes) override { text += bytes; }
        std::string text;
    } collect;
    const auto response = Response::stream("text/csv", [](sio::BodyWriter& out) {
        out.write("a,b");
        out.write("\n");
    });
    CHECK(response.headers.get("content-type") == "text/csv");
    REQUIRE(response.writer);
    response.writer(collect);
    CHECK(collect.text == "a,b\n");
}

TEST_CASE("statuses have their registered reason phrases") {
    CHECK(sio::reason_phrase(101) == "Switching Protocols");
    CHECK(sio::reason_phrase(200) == "OK");
    CHECK(sio::reason_phrase(404) == "Not Found");
    CHECK(sio::reason_phrase(413) == "Content Too Large");
    CHECK(sio::reason_phrase(299) == "Unknown");
    CHECK(sio::reason_phrase(-1) == "Unknown");
}
