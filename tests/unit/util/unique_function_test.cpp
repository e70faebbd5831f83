#include "util/unique_function.hpp"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

using sio::util::UniqueFunction;

namespace {

/// Counts its living copies.
template <std::size_t bytes>
struct Tracked {
    explicit Tracked(int& count) : alive(&count) { ++*alive; }
    Tracked(Tracked&& other) noexcept : alive(other.alive) { ++*alive; }
    ~Tracked() { --*alive; }
    int operator()(int x) { return x + 1; }
    int* alive;
    std::array<char, bytes> ballast{};
};

}  // namespace

TEST_CASE("a UniqueFunction is one cache line") { CHECK(sizeof(UniqueFunction<void()>) == 64); }

TEST_CASE("an empty UniqueFunction is false and throws when called") {
    UniqueFunction<int()> function;
    CHECK_FALSE(function);
    CHECK_THROWS_AS(function(), std::bad_function_call);
    function = [] { return 4; };
    CHECK(function);
    CHECK(function() == 4);
    function = nullptr;
    CHECK_FALSE(function);
}

TEST_CASE("small and large callables move, and end once") {
    int alive = 0;
    const auto check = [&](auto callable) {
        {
            UniqueFunction<int(int)> a(std::move(callable));
            UniqueFunction<int(int)> b(std::move(a));
            CHECK_FALSE(a);
            CHECK(b(1) == 2);
            UniqueFunction<int(int)> c([](int x) { return -x; });
            c = std::move(b);
            CHECK(c(2) == 3);
            auto& self = c;
            c = std::move(self);
            CHECK(c(3) == 4);
        }
    };
    check(Tracked<8>(alive));
    CHECK(alive == 0);
    check(Tracked<500>(alive));
    CHECK(alive == 0);
}

TEST_CASE("a UniqueFunction owns what cannot be copied and passes references and move-only values") {
    auto text = std::make_unique<std::string>("hello");
    UniqueFunction<std::unique_ptr<int>(std::unique_ptr<int>, int&)> function =
        [text = std::move(text)](std::unique_ptr<int> value, int& out) {
            out = static_cast<int>(text->size()) + *value;
            return value;
        };
    int out = 0;
    auto back = function(std::make_unique<int>(2), out);
    CHECK(out == 7);
    CHECK(*back == 2);
}

TEST_CASE("a trivial callable survives being moved by its bytes") {
    int a = 1;
    int b = 2;
    UniqueFunction<int()> function = [&a, &b, c = 3L] { return a + b + static_cast<int>(c); };
    UniqueFunction<int()> other = std::move(function);
    b = 5;
    CHECK(other() == 9);
}
