#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include <sio/args.hpp>
#include <sio/describe.hpp>
#include <sio/error.hpp>
#include <sio/json.hpp>
#include <sio/json_object.hpp>

namespace {

using sio::Args;
using sio::Binary;
using sio::json_text;

struct Inner {
    int number = 0;
    std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (number, note))

struct Outer {
    std::string name;
    std::vector<Inner> items;
    Binary picture;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, items, picture))

struct Derived : Inner {
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(Derived, (Inner), (more))

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

template <class T>
std::optional<T> read(const std::string& text, const std::vector<Binary>& attachments = {}) {
    return Args(text, attachments).get_if<T>(0);
}

template <class T>
std::string why(const std::string& text, const std::vector<Binary>& attachments = {}) {
    try {
        static_cast<void>(Args(text, attachments).get<T>(0));
        return "read";
    } catch (const sio::Error& error) {
        CHECK(error.code() == sio::errc::invalid_value);
        return std::string(error.what()).substr(0, std::string(error.what()).find(": ", 12));
    }
}

template <class T>
std::string reason(const std::string& text) {
    sio::JsonReader reader(text);
    T value{};
    if (json_read(reader, value)) return "read";
    return reader.path() + ": " + reader.reason();
}

}  // namespace

namespace colours {

struct Rgb {
    int red = 0, green = 0, blue = 0;
};
void json_write(sio::JsonWriter& writer, const Rgb& colour) {
    writer.write(std::tuple(colour.red, colour.green, colour.blue));
}
bool json_read(sio::JsonReader& reader, Rgb& colour) {
    std::tuple<int, int, int> parts;
    if (!reader.read(parts)) return false;
    std::tie(colour.red, colour.green, colour.blue) = parts;
    return (colour.red <= 255) || reader.fail("no such colour");
}

}  // namespace colours

TEST_CASE("C++ values become the JSON that a JavaScript client expects") {
    CHECK(json_text(true) == "true");
    CHECK(json_text(-7) == "-7");
    CHECK(json_text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(json_text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(json_text(std::uint8_t{200}) == "200");
    CHECK(json_text(1.5) == "1.5");
    CHECK(json_text(1.0) == "1");
    CHECK(json_text(1e21) == "1e+21");
    CHECK(json_text(std::nan("")) == "null");
    CHECK(json_text(-std::numeric_limits<double>::infinity()) == "null");
    CHECK(json_text("a \"quoted\" \n line") == R"("a \"quoted\" \n line")");
    CHECK(json_text(std::string("\xff")) == "\"\xef\xbf\xbd\"");
    CHECK(json_text(std::string_view("x")) == R"("x")");
    CHECK(json_text(nullptr) == "null");
    CHECK(json_text(std::vector<int>{1, 2}) == "[1,2]");
    CHECK(json_text(std::vector<bool>{true, false}) == "[true,false]");
    CHECK(json_text(std::array<int, 2>{1, 2}) == "[1,2]");
    CHECK(json_text(std::vector<std::string>{}) == "[]");
    CHECK(json_text(std::map<std::string, int>{{"a", 1}, {"b", 2}}) == R"({"a":1,"b":2})");
    CHECK(json_text(std::unordered_map<std::string, bool>{{"a", true}}) == R"({"a":true})");
    CHECK(json_text(std::optional<int>()) == "null");
    CHECK(json_text(std::optional<int>(3)) == "3");
    CHECK(json_text(std::variant<int, std::string>("x")) == R"("x")");
    CHECK(json_text(std::tuple(1, "two", 3.5)) == R"([1,"two",3.5])");
    CHECK(json_text(std::pair(1, false)) == "[1,false]");
    CHECK(json_text(std::make_unique<int>(4)) == "4");
    CHECK(json_text(Colour::green) == R"("green")");
    CHECK(json_text(Inner{7, "x"}) == R"({"number":7,"note":"x"})");
    CHECK(json_text(colours::Rgb{1, 2, 3}) == "[1,2,3]");
    CHECK(json_text(sio::object("a", 1, "b", sio::object())) == R"({"a":1,"b":{}})");
    CHECK(json_text(sio::Json(boost::json::object{{"d", 1.0}, {"n", nullptr}})) == R"({"d":1,"n":null})");
}

TEST_CASE("what a client sent becomes C++ values") {
    CHECK(read<bool>("true") == true);
    CHECK(read<int>("-7") == -7);
    CHECK(read<int>("2.0") == 2);
    CHECK(read<int>("1e3") == 1000);
    CHECK(read<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(read<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    CHECK(read<std::uint64_t>("9007199254740993") == 9007199254740993U);
    CHECK(read<std::uint64_t>("-0") == 0U);
    CHECK(read<double>("1.25") == 1.25);
    CHECK(read<double>("1e-400") == 0.0);
    CHECK(read<std::string>(R"("a\n\"b\" \ud83d\ude00 \u00e9")") == "a\n\"b\" \xf0\x9f\x98\x80 \xc3\xa9");
    CHECK(read<std::vector<int>>(" [ 1 , 2 ] ") == std::vector{1, 2});
    CHECK(read<std::list<int>>("[]") == std::list<int>{});
    CHECK(read<std::deque<int>>("[1]") == std::deque{1});
    CHECK(read<std::set<std::string>>(R"(["b","a"])") == std::set<std::string>{"a", "b"});
    CHECK(read<std::array<int, 2>>("[1,2]") == std::array{1, 2});
    CHECK(read<std::map<std::string, int>>(R"({"a":1,"a":2})") == std::map<std::string, int>{{"a", 2}});
    CHECK(read<std::optional<int>>("null") == std::optional<std::optional<int>>(std::optional<int>()));
    CHECK(read<std::tuple<int, std::string>>(R"([1,"x"])") == std::tuple(1, std::string("x")));
    CHECK(read<std::variant<int, std::string>>(R"("x")") == std::variant<int, std::string>("x"));
    CHECK(read<Colour>(R"("green")") == Colour::green);
    CHECK(read<colours::Rgb>("[1,2,3]")->blue == 3);
    CHECK(read<sio::Json>(R"({"a":[1]})")->at("a").at(0) == 1);
}

TEST_CASE("described structs ignore unknown members, may miss optional ones, and name a missing one") {
    const auto inner = read<Inner>(R"({"unknown":{"deep":[1,2]},"number":7})");
    REQUIRE(inner);
    CHECK(inner->number == 7);
    CHECK(!inner->note);
    CHECK(read<Inner>(R"({"number":7,"note":null})"));
    CHECK(reason<Inner>(R"({"note":"x"})") == R"(: the member "number" is missing)");
    CHECK(reason<Outer>(R"({"name":"n","items":[{"number":1},{"number":"2"}],"picture":0})") ==
          ".items[1].number: expected a whole number, got a string");
    const auto derived = read<Derived>(R"({"more":true,"number":1})");
    REQUIRE(derived);
    CHECK(derived->more);
    CHECK(derived->number == 1);
    CHECK(json_text(Derived{{1, {}}, true}).find(R"("more":true)") != std::string::npos);
}

TEST_CASE("members that JavaScript finds on every object are nothing special") {
    CHECK(reason<Inner>(R"({"__proto__":{"number":1},"constructor":1})") == R"(: the member "number" is missing)");
    const auto map = read<std::map<std::string, int>>(R"({"__proto__":1,"toString":2})");
    REQUIRE(map);
    CHECK(map->size() == 2);
}

TEST_CASE("values of another type are refused with a reason, never bent") {
    CHECK(reason<std::string>("5") == ": expected a string, got a number");
    CHECK(reason<std::string>(R"({"toString":"foo"})") == ": expected a string, got an object");
    CHECK(reason<int>(R"("5")") == ": expected a whole number, got a string");
    CHECK(reason<int>("true") == ": expected a whole number, got a boolean");
    CHECK(reason<int>("null") == ": expected a whole number, got null");
    CHECK(reason<int>("1.5") == ": expected a whole number, got one with a fraction");
    CHECK(reason<int>("2147483648") == ": number out of range");
    CHECK(reason<std::uint8_t>("256") == ": number out of range");
    CHECK(reason<std::uint8_t>("-1") == ": number out of range");
    CHECK(reason<std::int64_t>("9223372036854775808") == ": number out of range");
    CHECK(reason<std::int64_t>("1e19") == ": number out of range");
    CHECK(reason<std::int64_t>("9223372036854775808.0") == ": number out of range");
    CHECK(reason<std::uint64_t>("18446744073709551616") == ": number out of range");
    CHECK(reason<double>("1e400") == ": number out of range");
    CHECK(reason<bool>("1") == ": expected a boolean, got a number");
    CHECK(reason<std::vector<int>>("{}") == ": expected an array, got an object");
    CHECK(reason<std::vector<int>>("[1,null]") == "[1]: expected a whole number, got null");
    CHECK(reason<std::map<std::string, int>>("[]") == ": expected an object, got an array");
    CHECK(reason<std::tuple<int, int>>("[1]") == ": expected 2 elements, got 1");
    CHECK(reason<std::tuple<int, int>>("[1,2,3]") == ": expected no more than 2 elements");
    CHECK(reason<std::array<int, 2>>("[1,2,3]") == ": expected no more than 2 elements");
    CHECK(reason<std::variant<int, bool>>(R"("x")") == ": expected a value of another kind, got a string");
    CHECK(reason<Colour>(R"("blue")") == R"(: "blue" is none of the names allowed)");
    CHECK(reason<colours::Rgb>("[256,0,0]") == ": no such colour");
    CHECK(reason<Binary>(R"({"_placeholder":true,"num":0})") == ": expected binary data, got an object");
}

TEST_CASE("binary values travel as attachments at any depth") {
    Args args = Args::of(Outer{"n", {}, Binary(std::string("abc"))}, std::vector{Binary(std::string("d"))});
    CHECK(args.text() ==
          R"({"name":"n","items":[],"picture":{"_placeholder":true,"num":0}},[{"_placeholder":true,"num":1}])");
    REQUIRE(args.attachments().size() == 2);
    const auto [outer, list] = args.as<Outer, std::vector<Binary>>();
    CHECK(outer.picture.bytes() == "abc");
    CHECK(list.at(0).bytes() == "d");
    CHECK_THROWS_AS(json_text(Binary(std::string("x"))), sio::Error);
}

TEST_CASE("placeholders may have their members in either order") {
    const std::vector<Binary> attachments{Binary(std::string("abc"))};
    CHECK(read<Binary>(R"({"num":0,"_placeholder":true})", attachments)->bytes() == "abc");
    CHECK(read<Binary>(R"( { "_placeholder" : true , "num" : 0 } )", attachments)->bytes() == "abc");
    CHECK(!read<Binary>(R"({"_placeholder":true,"num":1})", attachments));
    CHECK(!read<Binary>(R"({"_placeholder":true,"num":-1})", attachments));
    CHECK(!read<Binary>(R"({"_placeholder":true,"num":"0"})", attachments));
    CHECK(!read<Binary>(R"({"_placeholder":true,"num":0.5})", attachments));
    CHECK(!read<Binary>(R"({"_placeholder":"true","num":0})", attachments));
    CHECK(!read<Binary>(R"({"_placeholder":true,"num":18446744073709551616})", attachments));
}

TEST_CASE("arguments keep the text that came and count without parsing twice") {
    const Args args(R"( {"a" : [1, 2]} ,"x,y]" , 1.50 )");
    CHECK(args.size() == 3);
    CHECK(Args().size() == 0);
    CHECK(args.get<std::string>(1) == "x,y]");
    CHECK(args[0].at("a").at(1) == 2);
    CHECK_THROWS_AS(args[3], std::out_of_range);
    CHECK_THROWS_AS(args.get<int>(3), sio::Error);
    CHECK(args.get<std::optional<int>>(3) == std::nullopt);
    CHECK(Args::of(args).text() == args.text());
    CHECK(Args::of(1, args, 2).text() == "1," + args.text() + ",2");
    CHECK(why<int>(R"("x")").find("argument 1") == 0);
}

TEST_CASE("arguments as a tuple are checked in number and type") {
    const Args args(R"(1,"two")");
    CHECK(args.as<int, std::string>() == std::tuple(1, std::string("two")));
    CHECK(args.as<int, std::string, std::optional<int>>() == std::tuple(1, std::string("two"), std::optional<int>()));
    CHECK_THROWS_WITH_AS((args.as<int, std::string, int>()), doctest::Contains("argument 3 is missing"), sio::Error);
    CHECK_THROWS_WITH_AS((args.as<int>()), doctest::Contains("more than 1"), sio::Error);
    CHECK_THROWS_WITH_AS((args.as<int, int>()), doctest::Contains("argument 2: expected a whole number, got a string"),
                         sio::Error);
    // An optional argument before one that must be there must be there, too.
    CHECK_THROWS_AS((args.as<int, std::string, std::optional<int>, int>()), sio::Error);
}

TEST_CASE("attachments get new numbers when arguments are put behind others") {
    const Args first = Args::of(Binary(std::string("one")));
    const Args second(R"(["x",{"deep":{"num":0,"_placeholder":true}}],7)", {Binary(std::string("two"))});
    const Args both = Args::of(first, second);
    CHECK(both.text() == R"({"_placeholder":true,"num":0},["x",{"deep":{"_placeholder":true,"num":1}}],7)");
    REQUIRE(both.attachments().size() == 2);
    CHECK(both.attachments()[1].bytes() == "two");
}

TEST_CASE("the arguments behind the first can be passed on, with their attachments alone") {
    const Args args(R"("room",{"_placeholder":true,"num":0} , [1, {"_placeholder":true,"num":1}])",
                    {Binary(std::string("one")), Binary(std::string("two"))});
    const Args last = args.from(2);
    CHECK(last.text() == R"([1,{"_placeholder":true,"num":0}])");
    REQUIRE(last.attachments().size() == 1);
    CHECK(last.attachments()[0].bytes() == "two");
    CHECK(args.from(1).size() == 2);
    CHECK(args.from(0).size() == 3);
    CHECK(args.from(3) == Args());
    CHECK(Args().from(0) == Args());
}

TEST_CASE("reading text that is no JSON ends, and stays within the text") {
    for (const char* text :
         {"", "[", "{", "[1", "{\"a\"", "{\"a\":", "\"", "\"\\", "[[[", "}", "]", ",", "tru", "-", "{1}", "[,]"}) {
        CAPTURE(text);
        const std::string exact(text);  // ASan sees a read beyond its end
        const std::vector<Binary> attachments(1);
        for (const auto& extra : {std::vector<Binary>{}, attachments}) {
            const Args args(exact, extra);
            static_cast<void>(args.size());
            static_cast<void>(args.get_if<std::vector<std::vector<int>>>(0));
            static_cast<void>(args.get_if<std::map<std::string, std::string>>(0));
            static_cast<void>(args.get_if<Outer>(0));
            static_cast<void>(args.get_if<Binary>(0));
        }
        CHECK(exact == text);
    }
}
