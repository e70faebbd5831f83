#include "http/kept_environ.hpp"

#include <string>

#include <doctest/doctest.h>

#include "unit/http/request.hpp"

using sio::Environ;
using sio::http::KeptEnviron;

namespace {

struct Mark {
    std::string text;
};

Environ whole() {
    const std::string long_value(300, 'v');
    Environ environ = test::request("POST", "/app/room/a%20b?x=1&y=%C3%A9",
                                    {{"Host", "example.org"}, {"X-Long", long_value}, {"Cookie", "a=b"}}, "the body");
    environ.mount(4);
    environ.set_param("slug", "a b");
    environ.set_scheme("https");
    environ.set(Mark{"kept"});
    return environ;
}

}  // namespace

TEST_CASE("an environ that was packed is the same when somebody asks for it") {
    KeptEnviron kept(whole());
    kept.pack();
    Environ& again = kept.get();
    Environ expected = whole();
    CHECK(again.items() == expected.items());
    CHECK(again.request().target == expected.request().target);
    CHECK(again.script_name() == "/app");
    CHECK(again.path() == "/room/a b");
    CHECK(again.path_is_valid());
    CHECK(again.param("slug") == "a b");
    CHECK(again.query()["y"] == "\xc3\xa9");
    CHECK(again.cookies()["a"] == "b");
    CHECK(again.body() == "the body");
    CHECK(again.header("x-long").size() == 300);
    CHECK(again.remote_address() == expected.remote_address());
    REQUIRE(again.get<Mark>() != nullptr);
    CHECK(again.get<Mark>()->text == "kept");
}

TEST_CASE("a packed environ keeps a malformed path malformed") {
    KeptEnviron kept(test::request("GET", "/%zz", {}));
    kept.pack();
    CHECK_FALSE(kept.get().path_is_valid());
    CHECK(kept.get().path() == "/%zz");
}

TEST_CASE("packing twice, and asking twice, changes nothing") {
    KeptEnviron kept(whole());
    kept.pack();
    kept.pack();
    Environ& first = kept.get();
    first.set_param("slug", "changed");
    CHECK(&kept.get() == &first);
    kept.pack();
    CHECK(kept.get().param("slug") == "changed");
}
