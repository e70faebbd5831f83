#include <sio/static_files.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <sio/error.hpp>
#include <sio/http_error.hpp>
#include <sio/router.hpp>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"
#include "unit/http/temporary_directory.hpp"

using sio::Headers;
using sio::HttpError;
using sio::Response;
using sio::StaticFiles;

namespace {

/// What the server would send: FileBody read through its descriptor.
std::string body_of(const Response& response) {
    if (!response.file) return response.body;
    std::string text(response.file->length, '\0');
    const auto count =
        ::pread(*response.file->descriptor, text.data(), text.size(), static_cast<off_t>(response.file->offset));
    return count < 0 ? "unreadable" : text.substr(0, static_cast<std::size_t>(count));
}

Response ask(const StaticFiles& files, std::string method, std::string target, Headers headers = {}) {
    auto environ = test::request(std::move(method), std::move(target), std::move(headers));
    try {
        return files(environ);
    } catch (const HttpError& error) {
        Response response(error.status());
        response.headers = error.headers();
        return response;
    }
}
Response get(const StaticFiles& files, std::string target, Headers headers = {}) {
    return ask(files, "GET", std::move(target), std::move(headers));
}

void set_age(const std::string& file, std::chrono::seconds age) {
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - age);
}

/// A directory to serve, beside a file that is not to be served.
struct Site {
    Site() {
        directory.write("secret.txt", "secret");
        directory.write("root/hello.txt", "hello, world");
        directory.write("root/empty.txt", "");
        directory.write("root/a b\xc3\xa9%.txt", "odd name");
        directory.write("root/docs/index.html", "<p>index");
        directory.write("root/docs/data.json", "{}");
        directory.write("root/bare/file.txt", "x");
        directory.write("root/.hidden", "hidden");
        directory.write("root/.git/config", "hidden");
        directory.write("root/.well-known/security.txt", "contact");
        set_age(root() + "/hello.txt", std::chrono::hours(1));
    }
    std::string root() const { return directory.file("root"); }

    test::TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("a file is served with what clients need to know about it") {
    const Site site;
    const StaticFiles files(site.root());
    const auto response = get(files, "/hello.txt");
    CHECK(response.status == 200);
    CHECK(body_of(response) == "hello, world");
    CHECK(response.headers.get("Content-Type") == "text/plain; charset=utf-8");
    CHECK(response.headers.get("Accept-Ranges") == "bytes");
    CHECK(response.headers.get("Cache-Control") == "no-cache");
    CHECK(response.headers.get("X-Content-Type-Options") == "nosniff");
    CHECK(response.headers.get("ETag").starts_with('"'));
    CHECK(response.headers.get("Last-Modified").ends_with("GMT"));
    CHECK_FALSE(response.headers.contains("Content-Encoding"));
    REQUIRE(response.file);
    CHECK(response.file->path == std::filesystem::canonical(site.root() + "/hello.txt").string());
    CHECK(response.file->length == 12);
    CHECK(get(files, "/a%20b%C3%A9%25.txt").status == 200);
    CHECK(body_of(get(files, "/empty.txt")).empty());
    CHECK(get(files, "/docs/data.json").headers.get("Content-Type") == "application/json");
}

TEST_CASE("HEAD has the headers of GET, other methods are refused") {
    const Site site;
    const StaticFiles files(site.root());
    const auto head = ask(files, "HEAD", "/hello.txt", {{"Range", "bytes=0-1"}});
    CHECK(head.status == 200);
    CHECK(head.headers.get("ETag") == get(files, "/hello.txt").headers.get("ETag"));
    CHECK(head.file->length == 12);
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "TRACE", "get"}) {
        const auto response = ask(files, method, "/hello.txt");
        CHECK(response.status == 405);
        CHECK(response.headers.get("Allow") == "GET, HEAD, OPTIONS");
    }
    CHECK(ask(files, "OPTIONS", "/hello.txt").status == 204);
}

TEST_CASE("conditional and range requests are answered as RFC 9110 says") {
    const Site site;
    const StaticFiles files(site.root());
    const auto plain = get(files, "/hello.txt");
    const std::string etag(plain.headers.get("ETag"));
    const std::string date(plain.headers.get("Last-Modified"));
    struct Row {
        Headers request;
        int status;
        std::string body;
        std::string content_range;
    };
    const std::vector<Row> table = {
        {{}, 200, "hello, world", ""},
        {{{"If-None-Match", etag}}, 304, "", ""},
        {{{"If-None-Match", "W/" + etag}}, 304, "", ""},
        {{{"If-None-Match", "\"other\""}}, 200, "hello, world", ""},
        {{{"If-None-Match", "*"}}, 304, "", ""},
        {{{"If-Modified-Since", date}}, 304, "", ""},
        {{{"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"}}, 200, "hello, world", ""},
        {{{"If-Match", "\"other\""}}, 412, "", ""},
        {{{"If-Match", etag}}, 200, "hello, world", ""},
        {{{"If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"}}, 412, "", ""},
        {{{"Range", "bytes=0-4"}}, 206, "hello", "bytes 0-4/12"},
        {{{"Range", "bytes=7-"}}, 206, "world", "bytes 7-11/12"},
        {{{"Range", "bytes=-5"}}, 206, "world", "bytes 7-11/12"},
        {{{"Range", "bytes=0-999"}}, 206, "hello, world", "bytes 0-11/12"},
        {{{"Range", "bytes=0-1,2-4"}}, 206, "hello", "bytes 0-4/12"},
        {{{"Range", "bytes=0-1,7-8"}}, 200, "hello, world", ""},
        {{{"Range", "bytes=12-"}}, 416, "", "bytes */12"},
        {{{"Range", "bytes=nonsense"}}, 200, "hello, world", ""},
        {{{"Range", "lines=1-2"}}, 200, "hello, world", ""},
        {{{"Range", "bytes=0-4"}, {"If-Range", etag}}, 206, "hello", "bytes 0-4/12"},
        {{{"Range", "bytes=0-4"}, {"If-Range", date}}, 206, "hello", "bytes 0-4/12"},
        {{{"Range", "bytes=0-4"}, {"If-Range", "\"other\""}}, 200, "hello, world", ""},
        {{{"Range", "bytes=99-"}, {"If-Range", "\"other\""}}, 200, "hello, world", ""},
        {{{"Range", "bytes=0-4"}, {"If-None-Match", etag}}, 304, "", ""},
    };
    for (const auto& row : table) {
        std::string asked;
        for (const auto& [name, value] : row.request) asked += name + ": " + value + "; ";
        CAPTURE(asked);
        const auto response = get(files, "/hello.txt", row.request);
        CHECK(response.status == row.status);
        CHECK(body_of(response) == row.body);
        CHECK(response.headers.get("Content-Range") == row.content_range);
        CHECK(response.headers.get("ETag") == etag);
        if (row.status == 304) CHECK_FALSE(response.headers.contains("Content-Type"));
    }
}

TEST_CASE("the ETag changes with the file, and a response keeps the file that it is about") {
    const Site site;
    const StaticFiles files(site.root());
    const auto before = get(files, "/hello.txt");
    site.directory.write("root/hello.txt", "replaced by something longer");
    CHECK(body_of(before) == "hello, world");
    const auto after = get(files, "/hello.txt", {{"If-None-Match", std::string(before.headers.get("ETag"))}});
    CHECK(after.status == 200);
    CHECK(body_of(after) == "replaced by something longer");
}

TEST_CASE("a time of change in the future is not sent") {
    const Site site;
    set_age(site.root() + "/hello.txt", -std::chrono::hours(48));
    const StaticFiles files(site.root());
    const std::string future(get(files, "/hello.txt").headers.get("Last-Modified"));
    set_age(site.root() + "/hello.txt", std::chrono::seconds(0));
    // Within the same seconds: the date sent was that of the response.
    CHECK(future.substr(0, 14) == std::string(get(files, "/hello.txt").headers.get("Last-Modified")).substr(0, 14));
}

TEST_CASE("directories show their index and nothing else") {
    const Site site;
    const StaticFiles files(site.root());
    CHECK(body_of(get(files, "/docs/")) == "<p>index");
    CHECK(get(files, "/docs/").headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(get(files, "/docs?x=1").status == 308);
    CHECK(get(files, "/docs?x=1").headers.get("Location") == "/docs/?x=1");
    CHECK(get(files, "/bare/").status == 404);
    CHECK(get(files, "/bare").status == 404);
    CHECK(get(files, "/").status == 404);
    CHECK(get(files, "/hello.txt/").status == 404);
    CHECK(get(StaticFiles(site.root(), {.index_files = {}}), "/docs/").status == 404);
    CHECK(body_of(get(StaticFiles(site.root(), {.index_files = {"no.html", "hello.txt"}}), "/")) == "hello, world");
}

TEST_CASE("mounted, links and redirects have the prefix") {
    const Site site;
    sio::Router router;
    router.mount("/static", StaticFiles(site.root(), {.index_files = {"hello.txt", "index.html"}}));
    CHECK(body_of(test::get(router, "/static/hello.txt")) == "hello, world");
    CHECK(test::get(router, "/static/docs").headers.get("Location") == "/static/docs/");
    CHECK(test::get(router, "/static").headers.get("Location") == "/static/");
    CHECK(body_of(test::get(router, "/static/")) == "hello, world");
    const auto missing = test::get(router, "/static/missing");
    CHECK(missing.status == 404);
    CHECK(missing.body.find("404 Not Found") != std::string::npos);
}

TEST_CASE("nothing outside the directory can be reached") {
    const Site site;
    std::filesystem::create_symlink("../secret.txt", site.root() + "/link.txt");
    std::filesystem::create_symlink(site.directory.file("secret.txt"), site.root() + "/absolute.txt");
    std::filesystem::create_directory_symlink("..", site.root() + "/up");
    std::filesystem::create_symlink("loop", site.root() + "/loop");
    std::filesystem::create_symlink("/proc/self/root/etc/passwd", site.root() + "/magic");
    const StaticFiles files(site.root());
    for (const char* target : {"/../secret.txt",
                               "/docs/../../secret.txt",
                               "/%2e%2e/secret.txt",
                               "/..%2fsecret.txt",
                               "/%2e%2e%2fsecret.txt",
                               "/docs/..%2f..%2fsecret.txt",
                               "/..\\secret.txt",
                               "/..%5csecret.txt",
                               "/docs/..",
                               "/.",
                               "/./hello.txt",
                               "//hello.txt",
                               "//etc/passwd",
                               "/%2fetc/passwd",
                               "/hello.txt%00.html",
                               "/hello.txt%00",
                               "/link.txt",
                               "/absolute.txt",
                               "/up/secret.txt",
                               "/loop",
                               "/magic",
                               "/%c0%ae%c0%ae/secret.txt",
                               "/..;/secret.txt",
                               "/docs//data.json",
                               "/hello.txt%2f",
                               "/%zz"}) {
        CAPTURE(std::string(target));
        const auto response = get(files, target);
        CHECK((response.status == 404 || response.status == 400));
        CHECK(body_of(response).empty());
    }
}

TEST_CASE("symbolic links within the directory are followed") {
    const Site site;
    std::filesystem::create_symlink("../hello.txt", site.root() + "/docs/link.txt");
    const StaticFiles files(site.root());
    CHECK(body_of(get(files, "/docs/link.txt")) == "hello, world");
}

TEST_CASE("hidden files are not there, but for .well-known") {
    const Site site;
    const StaticFiles files(site.root());
    CHECK(get(files, "/.hidden").status == 404);
    CHECK(get(files, "/.git/config").status == 404);
    CHECK(get(files, "/.well-known/security.txt").status == 200);
    CHECK(body_of(get(StaticFiles(site.root(), {.hidden_files = true}), "/.hidden")) == "hidden");
    CHECK(get(StaticFiles(site.root(), {.hidden_files = true}), "/../secret.txt").status == 404);
}

TEST_CASE("what is not a regular file, or cannot be read, is not there") {
    const Site site;
    REQUIRE(::mkfifo((site.root() + "/pipe").c_str(), 0600) == 0);
    const StaticFiles files(site.root());
    CHECK(get(files, "/pipe").status == 404);
    CHECK(get(files, "/hello.txt/x").status == 404);
    CHECK(get(files, "/" + std::string(300, 'x')).status == 404);
    CHECK(get(files, "/" + std::string(5000, 'x')).status == 404);
    if (::geteuid() != 0) {
        std::filesystem::permissions(site.root() + "/hello.txt", std::filesystem::perms::none);
        CHECK(get(files, "/hello.txt").status == 404);
    }
}

TEST_CASE("a compressed file beside the one that is asked for is sent to those who take it") {
    const Site site;
    site.directory.write("root/app.js", "plain");
    site.directory.write("root/app.js.gz", "gzipped");
    site.directory.write("root/app.js.br", "brotli");
    site.directory.write("root/app.png", "image");
    site.directory.write("root/app.png.gz", "gzipped image");
    const StaticFiles files(site.root());
    const auto coded = [&](const char* accept) { return get(files, "/app.js", {{"Accept-Encoding", accept}}); };
    CHECK(body_of(coded("gzip, deflate, br")) == "brotli");
    CHECK(body_of(coded("gzip")) == "gzipped");
    CHECK(body_of(coded("gzip;q=1, br;q=0.5")) == "gzipped");
    CHECK(body_of(coded("gzip;q=0, br;q=0")) == "plain");
    CHECK(body_of(coded("")) == "plain");
    CHECK(body_of(coded("deflate")) == "plain");

    const auto response = coded("gzip");
    CHECK(response.headers.get("Content-Encoding") == "gzip");
    CHECK(response.headers.get("Content-Type") == "text/javascript; charset=utf-8");
    CHECK(response.headers.get("Vary") == "Accept-Encoding");
    CHECK(coded("").headers.get("Vary") == "Accept-Encoding");
    CHECK(response.headers.get("ETag") != coded("br").headers.get("ETag"));
    const std::string etag(response.headers.get("ETag"));
    CHECK(get(files, "/app.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}}).status == 304);
    CHECK(get(files, "/app.js", {{"Accept-Encoding", "br"}, {"If-None-Match", etag}}).status == 200);
    CHECK(body_of(get(files, "/app.js", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-1"}})) == "gz");

    const auto image = get(files, "/app.png", {{"Accept-Encoding", "gzip"}});
    CHECK(body_of(image) == "image");
    CHECK_FALSE(image.headers.contains("Vary"));
    const auto direct = get(files, "/app.js.gz", {{"Accept-Encoding", "gzip"}});
    CHECK(direct.headers.get("Content-Type") == "application/gzip");
    CHECK_FALSE(direct.headers.contains("Content-Encoding"));
    CHECK(body_of(get(StaticFiles(site.root(), {.precompressed = false}), "/app.js", {{"Accept-Encoding", "br"}})) ==
          "plain");
}

TEST_CASE("a compressed file that is older than the original is not sent") {
    const Site site;
    site.directory.write("root/app.js", "new");
    site.directory.write("root/app.js.gz", "old");
    set_age(site.root() + "/app.js.gz", std::chrono::seconds(60));
    const StaticFiles files(site.root());
    CHECK(body_of(get(files, "/app.js", {{"Accept-Encoding", "gzip"}})) == "new");
}

TEST_CASE("options set Cache-Control and content types") {
    const Site site;
    const StaticFiles files(site.root(),
                            {.cache_control = "public, max-age=60", .content_types = {{"txt", "text/x-own"}}});
    CHECK(get(files, "/hello.txt").headers.get("Cache-Control") == "public, max-age=60");
    CHECK(get(files, "/hello.txt").headers.get("Content-Type") == "text/x-own");
    CHECK_FALSE(get(StaticFiles(site.root(), {.cache_control = ""}), "/hello.txt").headers.contains("Cache-Control"));
}

TEST_CASE("send() answers with one file of the directory") {
    const Site site;
    const StaticFiles files(site.root());
    const auto environ = test::request("GET", "/anything", {{"Range", "bytes=0-4"}});
    CHECK(body_of(files.send(environ, "hello.txt")) == "hello");
    CHECK(body_of(files.send(environ, "/hello.txt")) == "hello");
    CHECK_THROWS_AS(files.send(environ, "../secret.txt"), HttpError);
    CHECK(files.send(test::request("GET", "/x"), "docs").status == 200);
}

TEST_CASE("a directory that cannot be served is an error at once") {
    const Site site;
    CHECK_THROWS_AS(StaticFiles(site.root() + "/absent"), sio::Error);
    CHECK_THROWS_AS(StaticFiles(site.root() + "/hello.txt"), sio::Error);
}
