#include <sio/compress.hpp>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <zlib.h>

#include <sio/greenlet.hpp>
#include <sio/static_files.hpp>

#include "http/gzip.hpp"
#include "unit/http/request.hpp"
#include "unit/http/temporary_directory.hpp"

using sio::Environ;
using sio::Response;

namespace {

std::string inflated(const std::string& bytes) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string out(10'000'000, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<unsigned>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<unsigned>(out.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    inflateEnd(&stream);
    return out;
}

const std::string text(5000, 'x');

Response answer(Response response, const char* accept = "gzip, deflate, br", sio::HttpCompression options = {}) {
    auto app = sio::compress(options)([&](Environ&) { return response; });
    Environ environ = test::request("GET", "/", {{"Accept-Encoding", accept}});
    return app(environ);
}

}  // namespace

TEST_CASE("gzip gives back what went in, again and again") {
    for (const int level : {1, 9, 1}) {
        for (const std::size_t size : {0u, 1u, 1000u, 3'000'000u}) {
            std::string bytes(size, '\0');
            for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * i >> 3);
            CHECK(inflated(sio::http::gzip(bytes, level)) == bytes);
        }
    }
}

TEST_CASE("text is compressed for those who accept it") {
    const auto compressed = answer(Response::html(text));
    CHECK(compressed.headers.get("Content-Encoding") == "gzip");
    CHECK(compressed.headers.get("Vary") == "Accept-Encoding");
    CHECK(compressed.body.size() < 200);
    CHECK(inflated(compressed.body) == text);
    for (const char* accept : {"", "identity", "br", "gzip;q=0"}) {
        CAPTURE(accept);
        const auto plain = answer(Response::html(text), accept);
        CHECK(plain.body == text);
        CHECK(plain.headers.count("Content-Encoding") == 0);
        CHECK(plain.headers.get("Vary") == "Accept-Encoding");
    }
}

TEST_CASE("what is small, large, compressed already or no text is left alone") {
    CHECK(answer(Response::text(std::string(1023, 'x'))).headers.count("Content-Encoding") == 0);
    CHECK(answer(Response::text(text), "gzip", {.max_bytes = 4999}).body == text);
    CHECK(answer(Response(200, text, "image/png")).body == text);
    CHECK(answer(Response(200, text, "text/event-stream")).body == text);
    CHECK(answer(Response(206, text)).body == text);
    for (const auto& [name, value] : {std::pair{"Content-Encoding", "br"}, {"Cache-Control", "public, no-transform"}}) {
        Response response = Response::text(text);
        response.headers.set(name, value);
        CHECK(answer(response).body == text);
    }
    for (const char* type : {"application/json", "image/svg+xml", "TEXT/CSS; charset=utf-8", "text/javascript"}) {
        CAPTURE(type);
        CHECK(answer(Response(200, text, type)).headers.get("Content-Encoding") == "gzip");
    }
}

TEST_CASE("files are compressed, and stay cached") {
    const test::TemporaryDirectory directory;
    directory.write("page.html", text);
    const sio::StaticFiles files(directory.path());
    sio::run([&] {
        const auto app = sio::compress()([&](Environ& environ) { return files(environ); });
        Environ first = test::request("GET", "/page.html", {{"Accept-Encoding", "gzip"}});
        const auto response = app(first);
        CHECK(response.file == nullptr);
        CHECK(inflated(response.body) == text);
        const std::string tag(response.headers.get("ETag"));
        CHECK(tag.starts_with("W/\""));
        Environ again = test::request("GET", "/page.html", {{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}});
        CHECK(app(again).status == 304);
        Environ part = test::request("GET", "/page.html", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1999"}});
        CHECK(app(part).status == 206);
        CHECK(app(part).headers.count("Content-Encoding") == 0);
    });
}

namespace {

struct Pieces final : sio::BodyWriter {
    void write(std::string_view bytes) override {
        all += bytes;
        largest = std::max(largest, bytes.size());
        ++count;
    }
    std::string all;
    std::size_t largest = 0;
    int count = 0;
};

}  // namespace

TEST_CASE("a large file is compressed while it is sent, and stays a file for those who take no gzip") {
    const test::TemporaryDirectory directory;
    std::string noise;
    std::uint32_t state = 1;
    while (noise.size() < 1'000'000) noise += static_cast<char>('a' + ((state = state * 1664525 + 1013904223) >> 27));
    directory.write("page.html", noise);
    const sio::StaticFiles files(directory.path());
    sio::run([&] {
        const auto app = sio::compress()([&](Environ& environ) { return files(environ); });
        Environ plain = test::request("GET", "/page.html", {{"Accept-Encoding", "br"}});
        const auto as_it_is = app(plain);
        CHECK(as_it_is.file != nullptr);
        CHECK(as_it_is.headers.get("Vary") == "Accept-Encoding");
        Environ asked = test::request("GET", "/page.html", {{"Accept-Encoding", "gzip"}});
        const auto response = app(asked);
        CHECK(response.body.empty());
        CHECK(response.headers.get("Content-Encoding") == "gzip");
        CHECK(response.headers.get("ETag").starts_with("W/"));
        REQUIRE(response.writer);
        Pieces pieces;
        response.writer(pieces);
        CHECK(inflated(pieces.all) == noise);
        CHECK(pieces.count > 4);
        CHECK(pieces.largest < 300'000);
    });
}
