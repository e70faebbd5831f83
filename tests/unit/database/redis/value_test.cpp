#include <doctest/doctest.h>

#include <sio/error.hpp>
#include <sio/redis/command.hpp>
#include <sio/redis/error.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/pipeline.hpp>
#include <sio/redis/value.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

using namespace sio::redis;
using Kind = Value::Kind;
using Items = Value::Items;

namespace {

Value text(const char* bytes) { return Value(Kind::bulk_string, std::string(bytes)); }
Value number(std::int64_t value) { return Value(value); }

template <class T>
std::string refusal(const Value& value) {
    try {
        value.as<T>();
    } catch (const sio::Error& error) {
        CHECK(error.code() == sio::errc::invalid_value);
        return error.what();
    }
    return "none";
}

template <class... Args>
std::string encoded(std::string_view name, const Args&... args) {
    std::string bytes;
    Command(name, args...).encode_to(bytes);
    return bytes;
}

}  // namespace

TEST_CASE("values convert to what they are") {
    CHECK(text("hello").as<std::string>() == "hello");
    CHECK(text("hello").as<sio::Binary>().bytes() == "hello");
    CHECK(number(42).as<int>() == 42);
    CHECK(number(1).as<bool>());
    CHECK(Value(true).as<bool>());
    CHECK(Value(2.5).as<double>() == 2.5);
    CHECK(Value(Kind::big_number, std::string("18446744073709551615")).as<std::uint64_t>() == 18446744073709551615U);
    CHECK(Value().as<std::optional<int>>() == std::nullopt);
    CHECK(number(3).as<std::optional<int>>() == 3);
}

TEST_CASE("text is read as a number and numbers as text, for RESP2") {
    CHECK(text("-7").as<int>() == -7);
    CHECK(text("1.5").as<double>() == 1.5);
    CHECK(std::isinf(text("-inf").as<double>()));
    CHECK(text("1").as<bool>());
    CHECK(number(12).as<std::string>() == "12");
    CHECK(Value(0.1).as<std::string>() == "0.1");
}

TEST_CASE("aggregates convert to containers") {
    const Value array(Kind::array, Items{text("a"), number(1), text("b"), number(2)});
    const Value map(Kind::map, Items{text("a"), number(1), text("b"), number(2)});
    const Value pairs(Kind::array, Items{Value(Kind::array, Items{text("a"), number(1)}),
                                         Value(Kind::array, Items{text("b"), number(2)})});
    const std::map<std::string, int> expected{{"a", 1}, {"b", 2}};
    for (const Value& each : {array, map, pairs}) {
        CHECK(each.as<std::map<std::string, int>>() == expected);
        CHECK(each.as<std::unordered_map<std::string, int>>().size() == 2);
        CHECK(each.as<std::vector<std::pair<std::string, int>>>().back().second == 2);
    }
    CHECK(Value(Kind::set, Items{text("x"), text("x")}).as<std::set<std::string>>().size() == 1);
    CHECK(array.as<std::vector<std::string>>() == std::vector<std::string>{"a", "1", "b", "2"});
    const Value scan(Kind::array, Items{text("0"), Value(Kind::array, Items{text("k")})});
    const auto [cursor, keys] = scan.as<std::tuple<std::uint64_t, std::vector<std::string>>>();
    CHECK(cursor == 0);
    CHECK(keys.size() == 1);
    CHECK(Value(Kind::array, Items{Value(), number(1)}).as<std::vector<std::optional<int>>>().size() == 2);
}

TEST_CASE("what does not fit says what it is") {
    CHECK(refusal<int>(text("hello")) == "Redis: \"hello\" is not an integer");
    CHECK(refusal<int>(text("12 ")) == "Redis: \"12 \" is not an integer");
    CHECK(refusal<int>(text("")) == "Redis: \"\" is not an integer");
    CHECK(refusal<int>(Value(1.5)) == "Redis: 1.5 is not an integer");
    CHECK(refusal<std::string>(Value()) == "Redis: null is not text");
    CHECK(refusal<std::int8_t>(number(128)) == "Redis: 128 is not an integer of that size");
    CHECK(refusal<unsigned>(number(-1)) == "Redis: -1 is not an integer of that size");
    CHECK(refusal<bool>(number(2)) == "Redis: 2 is not a boolean");
    CHECK(refusal<double>(text("x")) == "Redis: \"x\" is not a number");
    CHECK(refusal<std::vector<int>>(number(1)) == "Redis: 1 is not a list");
    CHECK(refusal<std::vector<int>>(Value(Kind::map, Items{})) == "Redis: a map of 0 is not a list");
    const Value odd(Kind::array, Items{number(1)});
    CHECK(refusal<std::map<int, int>>(odd) == "Redis: an array of 1 is not a map");
    CHECK(refusal<std::pair<int, int>>(odd) == "Redis: an array of 1 is not a pair");
    CHECK(refusal<std::tuple<int, int, int>>(odd) == "Redis: an array of 1 is not a tuple of 3");
    CHECK(refusal<int>(text("a\x1b[31m")) == "Redis: \"a\\x1b[31m\" is not an integer");
}

TEST_CASE("an error is thrown wherever it is converted, also within an array") {
    const Value error(Kind::error, std::string("WRONGTYPE Operation against a key"));
    CHECK_THROWS_AS(error.as<int>(), Error);
    CHECK_THROWS_AS(error.as<std::optional<int>>(), Error);
    CHECK_THROWS_AS(Value(Kind::array, Items{error}).as<std::vector<int>>(), Error);
    try {
        error.throw_if_error();
        FAIL("nothing was thrown");
    } catch (const Error& thrown) {
        CHECK(thrown.code() == "WRONGTYPE");
        CHECK(thrown.message() == "Operation against a key");
    }
    CHECK(Error("LONE").code() == "LONE");
    CHECK(Error("LONE").message().empty());
}

TEST_CASE("commands are arrays of bulk strings") {
    CHECK(encoded("PING") == "*1\r\n$4\r\nPING\r\n");
    CHECK(encoded("SET", "k", std::string("a\0\r\n", 4)) ==
          std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\0\r\n\r\n", 30));
    CHECK(encoded("X", -1, std::uint64_t(18446744073709551615U), true) ==
          "*4\r\n$1\r\nX\r\n$2\r\n-1\r\n$20\r\n18446744073709551615\r\n$1\r\n1\r\n");
    CHECK(encoded("X", 0.1, 1e300) == "*3\r\n$1\r\nX\r\n$3\r\n0.1\r\n$6\r\n1e+300\r\n");
    CHECK(encoded("X", "") == "*2\r\n$1\r\nX\r\n$0\r\n\r\n");
    CHECK(encoded("X", sio::Binary(std::string("\xff"))) == "*2\r\n$1\r\nX\r\n$1\r\n\xff\r\n");
    CHECK(encoded("DEL", std::vector<std::string>{"a", "b"}) == encoded("DEL", "a", "b"));
    CHECK(encoded("HSET", "h", std::map<std::string, int>{{"a", 1}}) == encoded("HSET", "h", "a", 1));
}

TEST_CASE("the arguments of a command can be read back") {
    const Command command("SET", "key", std::string("a\r\n$1\r\nb"), 17);
    CHECK(command.size() == 4);
    CHECK(command.argument(0) == "SET");
    CHECK(command.argument(2) == "a\r\n$1\r\nb");
    CHECK(command.argument(3) == "17");
    CHECK(command.argument(4).empty());
}

TEST_CASE("commands that would change a shared connection are refused") {
    Pipeline pipeline;
    for (const char* name : {"SUBSCRIBE", "multi", "Exec", "WATCH", "HELLO", "SELECT", "MONITOR", "AUTH"}) {
        CAPTURE(name);
        CHECK_THROWS_AS(pipeline.command(name, "x"), sio::Error);
    }
    CHECK_THROWS_AS(pipeline.command("CLIENT", "REPLY", "OFF"), sio::Error);
    CHECK(pipeline.empty());
    pipeline.command("CLIENT", "ID").command("GET", "subscribe");
    CHECK(pipeline.size() == 2);
}

TEST_CASE("URLs say where the server is and who asks") {
    const Options plain("redis://");
    CHECK(plain.address() == "127.0.0.1:6379");
    CHECK_FALSE(plain.use_tls);
    const Options full("rediss://ada:p%40ss%3A@cache.example:7000/3");
    CHECK(full.use_tls);
    CHECK(full.user == "ada");
    CHECK(full.password == "p@ss:");
    CHECK(full.host == "cache.example");
    CHECK(full.port == 7000);
    CHECK(full.database == 3);
    CHECK(Options("redis://:secret@localhost").password == "secret");
    CHECK(Options("redis://[::1]:7001/").address() == "[::1]:7001");
    CHECK(Options("redis://h?db=4").database == 4);
    const Options local("unix://u:p@/run/a%20b.sock?db=2");
    CHECK(local.host == "unix:/run/a b.sock");
    CHECK(local.user == "u");
    CHECK(local.database == 2);
}

TEST_CASE("what is no Redis URL is refused without its password") {
    for (const char* url : {"", "localhost", "http://h", "redis://h:0", "redis://h:99999", "redis://h:x",
                            "redis://secret@h", "redis://:%zz@h", "redis://h/x", "redis://h/-1", "redis://h?x=1",
                            "redis://[::1", "redis://[::1]x", "unix://", "unix://h/p"}) {
        CAPTURE(url);
        CHECK_THROWS_AS(Options{url}, sio::Error);
    }
    try {
        const Options options("redis://u:secret@h:x");
        FAIL("accepted");
    } catch (const sio::Error& error) {
        CHECK(std::string(error.what()).find("secret") == std::string::npos);
    }
}
