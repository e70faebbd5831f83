#include "database/redis/reply_parser.hpp"

#include <doctest/doctest.h>

#include <sio/error.hpp>

#include <limits>
#include <string>
#include <vector>

#include "support/vector_file.hpp"

using namespace sio::redis;
using Kind = Value::Kind;

namespace {

// As the head of redis-resp.txt says.
std::string written(const Value& value) {
    const auto list = [&](const char* open, const char* close) {
        std::string text = open;
        for (const Value& item : value.items()) text += (text == open ? "" : ",") + written(item);
        return text + close;
    };
    switch (value.kind()) {
        case Kind::null: return "null";
        case Kind::boolean: return value.boolean() ? "true" : "false";
        case Kind::integer: return "i" + value.as<std::string>();
        case Kind::real: return "d" + value.as<std::string>();
        case Kind::big_number: return "n" + value.as<std::string>();
        case Kind::simple_string: return "+" + value.as<std::string>();
        case Kind::bulk_string: return '"' + value.as<std::string>();
        case Kind::verbatim_string: return "'" + value.as<std::string>();
        case Kind::error: return "-" + std::string(value.text());
        case Kind::array: return list("[", "]");
        case Kind::map: return list("{", "}");
        case Kind::set: return list("<", ">");
        case Kind::push: return list(">", "]");
    }
    return "?";
}

std::string name_of(const sio::Error& error) {
    if (error.code() == sio::errc::invalid_value) return "invalid_value";
    return error.code() == sio::errc::limit_exceeded ? "limit_exceeded" : "another";
}

// What comes of `bytes`, fed in pieces of so many: a value, or "error=".
std::string outcome(std::string_view bytes, std::size_t piece, std::size_t first = 0) {
    ReplyParser parser(ReplyLimits{});
    try {
        for (std::size_t size = first == 0 ? piece : first; !bytes.empty(); size = piece) {
            std::string_view input = bytes.substr(0, size);
            bytes.remove_prefix(input.size());
            if (!parser.feed(input)) continue;
            return input.empty() && bytes.empty() ? written(parser.take()) : "a value before the end";
        }
    } catch (const sio::Error& error) {
        return "error=" + name_of(error);
    }
    return "nothing";
}

std::size_t limit_hit(const ReplyLimits& limits, std::string_view bytes) {
    ReplyParser parser(limits);
    try {
        parser.feed(bytes);
    } catch (const sio::Error& error) {
        return error.code() == sio::errc::limit_exceeded ? 1 : 2;
    }
    return 0;
}

}  // namespace

TEST_CASE("every vector parses, whole and split at every place") {
    for (const auto& vector : sio::test::read_vectors(sio::test::vectors_path("redis-resp.txt"))) {
        CAPTURE(vector.line);
        const std::string expected = vector.has("error") ? "error=" + vector.get("error") : vector.get("value");
        CHECK(outcome(vector.bytes, vector.bytes.size()) == expected);
        CHECK(outcome(vector.bytes, 1) == expected);
        for (std::size_t at = 1; at < vector.bytes.size(); ++at) {
            CHECK(outcome(vector.bytes, vector.bytes.size(), at) == expected);
        }
    }
}

TEST_CASE("an incomplete value is none") {
    for (const auto& vector : sio::test::read_vectors(sio::test::vectors_path("redis-resp.txt"))) {
        if (vector.has("error")) continue;
        CAPTURE(vector.line);
        for (std::size_t size = 0; size < vector.bytes.size(); ++size) {
            CHECK(outcome(vector.bytes.substr(0, size), size) == "nothing");
        }
    }
}

TEST_CASE("values that arrive together come one after the other") {
    ReplyParser parser(ReplyLimits{});
    std::string_view input = ":1\r\n*1\r\n+a\r\n$1\r\nx\r\n";
    std::vector<std::string> values;
    while (parser.feed(input)) values.push_back(written(parser.take()));
    CHECK(values == std::vector<std::string>{"i1", "[+a]", "\"x"});
    CHECK(input.empty());
    CHECK_FALSE(parser.in_value());
}

TEST_CASE("limits are exact") {
    CHECK(limit_hit({.max_depth = 2}, "*1\r\n*1\r\n:1\r\n") == 0);
    CHECK(limit_hit({.max_depth = 2}, "*1\r\n*1\r\n*1\r\n:1\r\n") == 1);
    CHECK(limit_hit({.max_elements = 4}, "*2\r\n%1\r\n:1\r\n:1\r\n:1\r\n") == 0);
    CHECK(limit_hit({.max_elements = 4}, "*3\r\n%1\r\n:1\r\n:1\r\n:1\r\n") == 1);
    CHECK(limit_hit({.max_bytes = 8}, "$4\r\nabcd\r\n") == 0);
    CHECK(limit_hit({.max_bytes = 8}, "$5\r\n") == 1);
    CHECK(limit_hit({}, "+" + std::string(100'000, 'x')) == 2);  // a line without an end
}

TEST_CASE("limits are for each value anew") {
    ReplyParser parser({.max_elements = 2, .max_bytes = 16});
    for (int i = 0; i < 10; ++i) {
        std::string_view input = "*2\r\n:1\r\n:2\r\n";
        CHECK(parser.feed(input));
        parser.take();
    }
}

TEST_CASE("a length that is only announced takes no memory") {
    // Far more than there is: whoever makes room for it fails.
    const std::size_t no_limit = std::numeric_limits<std::size_t>::max();
    for (const char* bytes :
         {"*1000000000000000\r\n:1\r\n", "%1000000000000000\r\n:1\r\n", "$100000000000000000\r\nabc"}) {
        ReplyParser parser({.max_elements = no_limit, .max_bytes = no_limit});
        std::string_view input = bytes;
        CHECK_FALSE(parser.feed(input));
        CHECK(parser.in_value());
    }
}

TEST_CASE("a large reply in small pieces takes time in proportion to its size") {
    std::string bytes = "*20000\r\n";
    for (int i = 0; i < 20'000; ++i) bytes += "$50\r\n" + std::string(50, 'x') + "\r\n";
    ReplyParser parser(ReplyLimits{});
    bool complete = false;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::string_view piece = std::string_view(bytes).substr(at, 3);
        complete = parser.feed(piece);
    }
    CHECK(complete);
    CHECK(parser.take().items().size() == 20'000);
}
