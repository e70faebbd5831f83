#include <sio/router.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/log.hpp>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"

using sio::App;
using sio::Environ;
using sio::HttpError;
using sio::Response;
using sio::Router;
using test::request;

namespace {

App says(std::string text) {
    return [text](Environ&) { return Response::text(text); };
}

Response ask(const Router& router, std::string method, std::string target) {
    auto environ = request(std::move(method), std::move(target));
    return router(environ);
}

std::string body(const Router& router, std::string target) { return ask(router, "GET", std::move(target)).body; }

/// Collects log lines, and keeps them off the terminal.
struct LogCapture : sio::Logger {
    static std::shared_ptr<LogCapture> install() {
        auto logger = std::make_shared<LogCapture>();
        sio::set_logger(logger);
        return logger;
    }
    void log(sio::LogLevel, std::string_view, std::string_view text) override { text_ += std::string(text) + '\n'; }
    std::string text_;
};
struct RestoreLogger {
    ~RestoreLogger() { sio::set_logger(nullptr); }
};

}  // namespace

TEST_CASE("routes are found by method and path") {
    Router router;
    router.get("/", says("home"))
        .get("/about", says("about"))
        .post("/about", says("posted"))
        .del("/about", says("gone"));
    CHECK(body(router, "/") == "home");
    CHECK(body(router, "/?q=1") == "home");
    CHECK(body(router, "/about") == "about");
    CHECK(ask(router, "POST", "/about").body == "posted");
    CHECK(ask(router, "DELETE", "/about").body == "gone");
    CHECK(ask(router, "GET", "/nowhere").status == 404);
    CHECK(ask(router, "GET", "/About").status == 404);
    CHECK(ask(router, "GET", "//").status == 404);
}

TEST_CASE("parameters take a segment, a number, or the rest") {
    Router router;
    const auto show = [](const char* name) {
        return [name](Environ& environ) {
            return Response::text(name + std::string("=") + std::string(environ.param(name)));
        };
    };
    router.get("/room/<slug>", show("slug"));
    router.get("/user/<int:id>", show("id"));
    router.get("/wiki/<path:page>", show("page"));
    router.get("/file/<name>.json", show("name"));
    router.get("/v<int:version>/x", show("version"));

    CHECK(body(router, "/room/a%20b") == "slug=a b");
    CHECK(ask(router, "GET", "/room/").status == 404);
    CHECK(ask(router, "GET", "/room/a/b").status == 404);
    CHECK(ask(router, "GET", "/room/a%2Fb").status == 404);
    CHECK(body(router, "/user/9223372036854775807") == "id=9223372036854775807");
    CHECK(ask(router, "GET", "/user/9223372036854775808").status == 404);
    CHECK(ask(router, "GET", "/user/-1").status == 404);
    CHECK(ask(router, "GET", "/user/1x").status == 404);
    CHECK(body(router, "/wiki/a") == "page=a");
    CHECK(body(router, "/wiki/a//b/") == "page=a//b/");
    CHECK(ask(router, "GET", "/wiki").status == 404);
    CHECK(body(router, "/file/x.y.json") == "name=x.y");
    CHECK(ask(router, "GET", "/file/.json").status == 404);
    CHECK(body(router, "/v2/x") == "version=2");
}

TEST_CASE("the more specific route wins, whatever the order") {
    Router router;
    router.get("/<path:any>", says("rest"));
    router.get("/a/<name>", says("segment"));
    router.get("/a/<name>.txt", says("suffix"));
    router.get("/a/<int:n>", says("number"));
    router.get("/a/b", says("text"));
    router.any("/a", says("subtree"));
    CHECK(body(router, "/a/b") == "text");
    CHECK(body(router, "/a/7") == "number");
    CHECK(body(router, "/a/c.txt") == "suffix");
    CHECK(body(router, "/a/c") == "segment");
    CHECK(body(router, "/a/c/d") == "subtree");
    CHECK(body(router, "/z/y") == "rest");
}

TEST_CASE("a less specific route is asked when the other does not have the method") {
    Router router;
    router.post("/room/new", says("create")).get("/room/<slug>", says("show"));
    CHECK(body(router, "/room/new") == "show");
    CHECK(ask(router, "POST", "/room/new").body == "create");
    CHECK(ask(router, "POST", "/room/x").status == 405);
}

TEST_CASE("a path with other methods only is 405 with what it allows") {
    Router router;
    router.get("/x", says("get")).put("/x", says("put"));
    const auto response = ask(router, "POST", "/x");
    CHECK(response.status == 405);
    CHECK(response.headers.get("Allow") == "GET, HEAD, PUT, OPTIONS");
}

TEST_CASE("HEAD is answered by the route for GET unless it has its own") {
    Router router;
    router.get("/x", says("get"));
    CHECK(ask(router, "HEAD", "/x").status == 200);
    CHECK(ask(router, "HEAD", "/x").body == "get");
    router.route("HEAD", "/x", says("head"));
    CHECK(ask(router, "HEAD", "/x").body == "head");
}

TEST_CASE("OPTIONS says what is allowed unless there is a route for it") {
    Router router;
    router.post("/x", says("post")).route("GET, OPTIONS", "/own", says("own"));
    const auto response = ask(router, "OPTIONS", "/x");
    CHECK(response.status == 204);
    CHECK(response.headers.get("Allow") == "POST, OPTIONS");
    CHECK(ask(router, "OPTIONS", "/own").body == "own");
    CHECK(ask(router, "OPTIONS", "/nowhere").status == 404);
    CHECK(ask(router, "OPTIONS", "*").status == 204);
    CHECK(ask(router, "GET", "*").status == 400);
}

TEST_CASE("any() gets every method and every path below") {
    Router router;
    std::vector<std::string> seen;
    router.get("/", says("home"));
    router.any("/socket.io", [&](Environ& environ) {
        seen.push_back(environ.method() + ' ' + environ.path() + '|' + environ.script_name());
        return Response(204);
    });
    for (const char* target : {"/socket.io", "/socket.io/", "/socket.io/?EIO=4", "/socket.io/1/websocket/id"}) {
        CHECK(ask(router, "GET", target).status == 204);
    }
    CHECK(ask(router, "OPTIONS", "/socket.io/").status == 204);
    CHECK(ask(router, "BREW", "/socket.io/1/").status == 204);
    CHECK(ask(router, "GET", "/socket.io2/").status == 404);
    CHECK(seen == std::vector<std::string>{"GET /socket.io|", "GET /socket.io/|", "GET /socket.io/|",
                                           "GET /socket.io/1/websocket/id|", "OPTIONS /socket.io/|",
                                           "BREW /socket.io/1/|"});
}

TEST_CASE("mount() moves the prefix out of the path") {
    Router inner;
    inner.get("/", says("inner home"));
    inner.get("/page/<n>", [](Environ& environ) {
        return Response::text(environ.script_name() + '|' + environ.path() + '|' + std::string(environ.param("lang")) +
                              std::string(environ.param("n")));
    });
    Router router;
    router.mount("/<lang>/docs", inner);
    CHECK(body(router, "/en/docs/page/3") == "/en/docs|/page/3|en3");
    CHECK(body(router, "/en/docs/") == "inner home");
    CHECK(body(router, "/en/docs") == "inner home");
    CHECK(ask(router, "GET", "/en/docsx").status == 404);

    Router root;
    root.mount("/", inner);
    CHECK(body(root, "/page/1") == "|/page/1|1");
}

TEST_CASE("a slash too many or too few is redirected to the right path") {
    Router router;
    router.get("/room/<slug>", says("room")).get("/list/", says("list")).post("/form", says("form"));
    auto response = ask(router, "GET", "/room/a%20b%3F/?x=1&y=%20");
    CHECK(response.status == 308);
    CHECK(response.headers.get("Location") == "/room/a%20b%3F?x=1&y=%20");
    CHECK(ask(router, "GET", "/list").headers.get("Location") == "/list/");
    CHECK(body(router, "/list/") == "list");
    CHECK(ask(router, "POST", "/form/").status == 308);
    CHECK(ask(router, "GET", "/form/").status == 404);

    Router outer;
    outer.mount("/app", router);
    CHECK(ask(outer, "GET", "/app/list").headers.get("Location") == "/app/list/");
}

TEST_CASE("a redirect never leads to another host") {
    Router router;
    router.get("/<a>/<b>/", says("x")).get("/<a>/", says("y")).get("/<a>", says("z"));
    for (const char* target :
         {"//evil.example", "//evil.example/", "/%2Fevil.example", "//evil.example/a", "/\\evil.example/a"}) {
        CAPTURE(std::string(target));
        const auto location = std::string(ask(router, "GET", target).headers.get("Location"));
        CHECK_FALSE(location.starts_with("//"));
        CHECK_FALSE(location.starts_with("/\\"));
    }
    CHECK(ask(router, "GET", "/\\evil.example/a").headers.get("Location") == "/%5Cevil.example/a/");
}

TEST_CASE("a malformed path is 400") {
    Router router;
    router.any("/", says("all"));
    CHECK(ask(router, "GET", "/a%").status == 400);
    CHECK(ask(router, "GET", "/a%00").status == 400);
    CHECK(ask(router, "GET", "/a%25").status == 200);
}

TEST_CASE("malformed patterns are refused when they are added") {
    Router router;
    for (const char* pattern : {"", "x", "/a//b", "/<", "/<>", "/<a", "/a>", "/<int:>", "/<what:x>", "/<a><b>",
                                "/<a b>", "/<a>/<a>", "/<path:x>/b", "/<path:x>/", "/x<path:y>"}) {
        CAPTURE(std::string(pattern));
        CHECK_THROWS_AS(router.get(pattern, says("")), std::invalid_argument);
    }
    CHECK_THROWS_AS(router.any("/<path:x>", says("")), std::invalid_argument);
    CHECK_THROWS_AS(router.get("/x", App()), std::invalid_argument);
    CHECK_THROWS_AS(router.route("", "/x", says("")), std::invalid_argument);
    CHECK_THROWS_AS(router.route("GET,,POST", "/x", says("")), std::invalid_argument);
    router.get("/room/<slug>", says("")).post("/room/<slug>", says(""));
    CHECK_THROWS_AS(router.get("/room/<name>", says("")), std::invalid_argument);
}

TEST_CASE("an HttpError becomes a page with its text escaped and its fields") {
    Router router;
    router.get("/", [](Environ&) -> Response { throw HttpError(410, "<b>gone</b>", {{"Retry-After", "5"}}); });
    const auto response = ask(router, "GET", "/");
    CHECK(response.status == 410);
    CHECK(response.headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(response.headers.get("Retry-After") == "5");
    CHECK(response.body.find("<h1>410 Gone</h1>") != std::string::npos);
    CHECK(response.body.find("&lt;b&gt;gone&lt;/b&gt;") != std::string::npos);
    CHECK(response.body.find("<b>") == std::string::npos);
}

TEST_CASE("another exception is a 500 that says nothing, and is logged") {
    const RestoreLogger restore;
    const auto captured = LogCapture::install();
    Router router;
    router.get("/x", [](Environ&) -> Response { throw std::runtime_error("password is hunter2"); });
    const auto response = ask(router, "GET", "/x?secret=1");
    CHECK(response.status == 500);
    CHECK(response.body.find("hunter2") == std::string::npos);
    CHECK(captured->text_ == "GET /x: exception in the app: password is hunter2\n");
}

TEST_CASE("what is not a std::exception passes through a router") {
    struct Killed {};
    Router router;
    router.get("/", [](Environ&) -> Response { throw Killed(); });
    auto environ = request("GET", "/");
    CHECK_THROWS_AS(router(environ), Killed);
}

TEST_CASE("error handlers answer their status, or all") {
    const RestoreLogger restore;
    const auto captured = LogCapture::install();
    Router router;
    router.get("/throws", [](Environ&) -> Response { throw std::runtime_error("secret"); });
    router.get("/only-get", says("x"));
    router.on_error(404,
                    [](Environ& environ, const HttpError&) { return Response::text("no " + environ.path(), 404); });
    router.on_error([](Environ&, const HttpError& error) {
        return Response::text("all " + std::to_string(error.status()) + error.what(), error.status());
    });
    CHECK(body(router, "/y") == "no /y");
    CHECK(body(router, "/throws") == "all 500");
    const auto response = ask(router, "POST", "/only-get");
    CHECK(response.body == "all 405");
    CHECK(response.headers.get("Allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("an error handler that throws is replaced by the plain page") {
    const RestoreLogger restore;
    const auto captured = LogCapture::install();
    Router router;
    router.on_error(404, [](Environ&, const HttpError&) -> Response { throw std::runtime_error("broken page"); });
    const auto response = ask(router, "GET", "/x");
    CHECK(response.status == 404);
    CHECK(response.body.find("<h1>404 Not Found</h1>") != std::string::npos);
    CHECK(captured->text_.find("broken page") != std::string::npos);
}

TEST_CASE("a router within another leaves errors without a handler to the outer one") {
    Router inner;
    inner.get("/x", says("x"));
    inner.on_error(405, [](Environ&, const HttpError&) { return Response::text("inner 405", 405); });
    Router outer;
    outer.mount("/in", inner);
    outer.on_error(
        [](Environ&, const HttpError& error) { return Response::text("outer " + std::to_string(error.status())); });
    CHECK(body(outer, "/in/nowhere") == "outer 404");
    CHECK(ask(outer, "POST", "/in/x").body == "inner 405");
    CHECK(ask(inner, "GET", "/nowhere").body.find("404 Not Found") != std::string::npos);
}

TEST_CASE("middleware wraps everything, the first added outermost") {
    const auto tags = [](std::string tag) -> sio::Middleware {
        return [tag](App next) -> App {
            return [tag, next](Environ& environ) {
                auto response = next(environ);
                response.body += tag;
                return response;
            };
        };
    };
    Router router;
    router.use(tags("A")).use(tags("B"));
    router.get("/", says("x"));
    CHECK(body(router, "/") == "xBA");
    CHECK(body(router, "/nowhere").ends_with("</html>\nBA"));
    CHECK(test::get(sio::wrap(says("x"), {tags("1"), tags("2")}), "/").body == "x21");
}

TEST_CASE("an error out of middleware becomes a page, too") {
    Router router;
    router.use([](App) -> App { return [](Environ&) -> Response { throw HttpError(403, "no entry"); }; });
    router.on_error(403, [](Environ&, const HttpError& error) { return Response::text(error.what(), 403); });
    CHECK(body(router, "/") == "no entry");
}

TEST_CASE("what a middleware throws is answered within the middleware around it, and within those of outer routers") {
    const auto adds = [](std::string name) -> sio::Middleware {
        return [name](App next) -> App {
            return [name, next](Environ& environ) {
                auto response = next(environ);
                response.headers.set(name, "yes");
                return response;
            };
        };
    };
    const sio::Middleware refuses = [](App) -> App {
        return [](Environ&) -> Response { throw HttpError(403, "no entry"); };
    };
    Router inner;
    inner.use(adds("X-Inner")).use(refuses);
    inner.on_error(403, [](Environ&, const HttpError& error) { return Response::text(error.what(), 403); });
    auto response = ask(inner, "GET", "/");
    CHECK(response.body == "no entry");
    CHECK(response.headers.get("X-Inner") == "yes");

    Router empty;
    empty.use(adds("X-Inner"));
    Router outer;
    outer.use(adds("X-Outer"));
    outer.mount("/in", empty);
    outer.on_error([](Environ&, const HttpError& error) { return Response::text("outer", error.status()); });
    response = ask(outer, "GET", "/in/nowhere");
    CHECK(response.status == 404);
    CHECK(response.body == "outer");
    CHECK(response.headers.get("X-Inner") == "yes");
    CHECK(response.headers.get("X-Outer") == "yes");
}

TEST_CASE("wrap() answers errors for the middleware around them, with the pages of the router in which it is") {
    const sio::Middleware tags = [](App next) -> App {
        return [next](Environ& environ) {
            auto response = next(environ);
            response.headers.set("X-Tag", "yes");
            return response;
        };
    };
    const sio::Middleware refuses = [](App) -> App {
        return [](Environ&) -> Response { throw HttpError(403, "no entry"); };
    };
    const App app = sio::wrap(says("x"), {tags, refuses});
    auto response = test::get(app, "/");
    CHECK(response.status == 403);
    CHECK(response.headers.get("X-Tag") == "yes");
    Router router;
    router.get("/", app);
    router.on_error([](Environ&, const HttpError& error) { return Response::text("page", error.status()); });
    response = ask(router, "GET", "/");
    CHECK(response.body == "page");
    CHECK(response.headers.get("X-Tag") == "yes");
}

TEST_CASE("a router that is asked again with a kept environ does not look for the one that it was kept in") {
    std::optional<Environ> kept;
    {
        Router gone;
        gone.get("/", [&](Environ& environ) {
            kept.emplace(std::move(environ));
            return Response(200);
        });
        CHECK(ask(gone, "GET", "/").status == 200);
    }
    CHECK(Router()(*kept).status == 404);
}

TEST_CASE("copies of a router share their routes") {
    Router router;
    const App app = router;
    router.get("/late", says("late"));
    CHECK(test::get(app, "/late").body == "late");
}

TEST_CASE("a router survives an app that moves the environ away and throws") {
    const RestoreLogger restore;
    const auto captured = LogCapture::install();
    Router router;
    router.get("/", [](Environ& environ) -> Response {
        const Environ kept(std::move(environ));
        throw std::runtime_error("after moving " + kept.path());
    });
    CHECK(ask(router, "GET", "/").status == 500);
}
