#include "util/query.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace sio::util {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs read(std::string_view query, std::size_t max_pairs = QueryReader::default_max_pairs) {
    Pairs pairs;
    QueryReader reader(query, max_pairs);
    while (reader.next()) pairs.emplace_back(reader.key(), reader.value());
    CHECK_FALSE(reader.next());
    return pairs;
}

TEST_CASE("the query of a Socket.IO request reads in its order") {
    CHECK(read("EIO=4&transport=polling&t=N8hyd6w&sid=lv_VI97HAXpY6yYWAAAC") ==
          Pairs{{"EIO", "4"}, {"transport", "polling"}, {"t", "N8hyd6w"}, {"sid", "lv_VI97HAXpY6yYWAAAC"}});
}

TEST_CASE("keys and values are decoded") {
    CHECK(read("a+b=c%20d&%C3%A9=%E2%82%AC&x%3Dy=%26") ==
          Pairs{{"a b", "c d"}, {"\xc3\xa9", "\xe2\x82\xac"}, {"x=y", "&"}});
}

TEST_CASE("odd queries read without surprises") {
    CHECK(read("") == Pairs{});
    CHECK(read("&&") == Pairs{});
    CHECK(read("a") == Pairs{{"a", ""}});
    CHECK(read("a=") == Pairs{{"a", ""}});
    CHECK(read("=a") == Pairs{{"", "a"}});
    CHECK(read("=") == Pairs{{"", ""}});
    CHECK(read("a=b=c") == Pairs{{"a", "b=c"}});
    CHECK(read("&a=1&&b=2&") == Pairs{{"a", "1"}, {"b", "2"}});
    CHECK(read("a=%") == Pairs{{"a", "%"}});
}

TEST_CASE("only so many pairs are read") {
    CHECK(read("a=1&&b=2&c=3", 2) == Pairs{{"a", "1"}, {"b", "2"}});
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "a=1&";
    CHECK(read(many).size() == QueryReader::default_max_pairs);
}

TEST_CASE("the first value of a key counts") {
    CHECK(query_value("sid=first&sid=second", "sid") == "first");
    CHECK(query_value("a=1&b=", "b") == "");
    CHECK_FALSE(query_value("a=1", "b"));
    CHECK_FALSE(query_value("A=1", "a"));
}

}  // namespace
}  // namespace sio::util
