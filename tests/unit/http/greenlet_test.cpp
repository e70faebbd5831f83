#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <sio/greenlet.hpp>
#include <sio/http_error.hpp>
#include <sio/json.hpp>
#include <sio/router.hpp>
#include <sio/static_files.hpp>
#include <sio/template.hpp>

#include <doctest/doctest.h>

#include "greenlet/loop.hpp"
#include "unit/http/request.hpp"
#include "unit/http/temporary_directory.hpp"

namespace {

/// Runs `body` in a greenlet, as a server runs apps.
void in_greenlet(std::function<void()> body) {
    sio::greenlet::Loop loop;
    loop.post([&] {
        loop.enter([&] {
            body();
            loop.stop();
        });
    });
    loop.run();
}

}  // namespace

TEST_CASE("files and templates are read from within greenlets") {
    const test::TemporaryDirectory directory;
    directory.write("static/hello.txt", "hello");
    directory.write("templates/base.html", "<{% block b %}{% endblock %}>");
    directory.write("templates/page.html", "{% extends 'base.html' %}{% block b %}{{ x }}{% endblock %}");
    const sio::Templates templates(directory.file("templates"), {.reload = true});
    sio::Router router;
    router.mount("/static", sio::StaticFiles(directory.file("static")));
    router.get("/page", [&](sio::Environ&) { return templates.respond("page.html", {{"x", "&"}}); });
    router.on_error(404, [&](sio::Environ&, const sio::HttpError&) {
        // Suspends: an error handler must not run within a catch block.
        return templates.respond("page.html", {{"x", "no"}}, 404);
    });
    std::vector<std::string> bodies;
    std::size_t file_length = 0;
    in_greenlet([&] {
        const auto file = test::get(router, "/static/hello.txt").file;
        file_length = file ? file->length : 0;
        bodies.push_back(test::get(router, "/page").body);
        bodies.push_back(test::get(router, "/static/absent").body);
    });
    CHECK(file_length == 5);
    CHECK(bodies == std::vector<std::string>{"<&amp;>", "<no>"});
}

TEST_CASE("two greenlets may load the same template at the same time") {
    const test::TemporaryDirectory directory;
    directory.write("page.html", "page");
    const sio::Templates templates(directory.path());
    std::vector<std::string> pages;
    in_greenlet([&] {
        const auto render = [&] { pages.push_back(templates.render("page.html")); };
        auto first = sio::spawn(render);
        auto second = sio::spawn(render);
        first.join();
        second.join();
    });
    CHECK(pages == std::vector<std::string>{"page", "page"});
}

TEST_CASE("a greenlet that is killed in an app goes through routers and middleware") {
    sio::Router inner;
    bool unwound = false;
    bool answered = false;
    inner.get("/", [&](sio::Environ&) {
        struct Notice {
            bool& seen;
            ~Notice() { seen = true; }
        } const notice{unwound};
        sio::sleep(std::chrono::hours(1));
        return sio::Response::text("never");
    });
    sio::Router router;
    router.mount("/app", inner);
    in_greenlet([&] {
        auto request = sio::spawn([&] {
            test::get(router, "/app/");
            answered = true;
        });
        sio::sleep(std::chrono::milliseconds(1));
        request.kill();
        request.join();
    });
    CHECK(unwound);
    CHECK_FALSE(answered);
}

TEST_CASE("a time limit round a router passes through it, its error handlers, and the functions of templates") {
    in_greenlet([] {
        const auto blocks = [] { sio::sleep(sio::forever); };
        sio::Templates templates;
        templates.add_function("ask", [&](std::span<const sio::Json>) -> sio::Json {
            blocks();
            return nullptr;
        });
        templates.add("page.html", "{{ ask() }}");
        sio::Router router;
        router.get("/app", [&](sio::Environ&) {
            blocks();
            return sio::Response(200);
        });
        router.get("/page", [&](sio::Environ&) { return templates.respond("page.html"); });
        router.on_error(404, [&](sio::Environ&, const sio::HttpError&) {
            blocks();
            return sio::Response(200);
        });
        for (const char* path : {"/app", "/page", "/nowhere"}) {
            auto environ = test::request("GET", path);
            CHECK_FALSE(sio::with_timeout(std::chrono::milliseconds(1), [&] { return router(environ).status; }));
            // Nothing of it is left.
            CHECK(sio::Router()(environ).status == 404);
        }
    });
}

TEST_CASE("templates that nest too much for the stack are errors, on stacks of all sizes") {
    const std::string parentheses(50, '(');
    const std::string closing(50, ')');
    std::string deep = "0";
    for (int i = 0; i < 2000; ++i) deep = "[" + deep + "]";
    boost::json::parse_options options;
    options.max_depth = 4000;
    const sio::Json data = {{"deep", boost::json::parse(deep, {}, options)}};
    for (const std::size_t kib : {16, 32, 64, 256}) {
        CAPTURE(kib);
        sio::greenlet::LoopOptions loop_options;
        loop_options.stack_bytes = kib * 1024;
        sio::greenlet::Loop loop(loop_options);
        loop.post([&] {
            loop.enter([&] {
                const auto renders = [&](const std::string& name, const std::string& source) {
                    try {
                        sio::Templates templates;
                        templates.add(name, source);
                        templates.render(name, data);
                        return true;
                    } catch (const sio::TemplateError& error) {
                        CHECK(std::string(error.what()).find(name) == 0);
                        return false;
                    }
                };
                const bool fits = renders("t.html", "{{ " + parentheses + "1" + closing + " }}");
                if (kib == 256) CHECK(fits);
                CHECK_FALSE(
                    renders("self.html", "{% if true %}{% if true %}{% include 'self.html' %}{% endif %}{% endif %}"));
                std::string lists;
                for (int i = 0; i < 45; ++i) lists += "[-(";
                lists += "1";
                for (int i = 0; i < 45; ++i) lists += ")]";
                renders("lists.html", "{{ " + lists + " }}");
                for (const char* use : {"{{ deep }}", "{{ deep|tojson }}", "{{ deep == deep }}", "{{ [deep] }}"}) {
                    CHECK_FALSE(renders("deep.html", use));
                }
                loop.stop();
            });
        });
        loop.run();
    }
}
