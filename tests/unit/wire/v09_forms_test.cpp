#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "wire/flash_policy.hpp"
#include "wire/http_chunk.hpp"
#include "wire/v09_handshake.hpp"
#include "wire/v09_jsonp.hpp"
#include "wire/v09_stream.hpp"

namespace sio::wire {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a 0.9 handshake is four fields, with times in whole seconds") {
    const std::vector<std::string> transports{"websocket", "xhr-polling"};
    std::string out;
    v09::append_handshake(out, {"abc", 15s, 25s, transports});
    CHECK(out == "abc:15:25:websocket,xhr-polling");
    out.clear();
    v09::append_handshake(out, {"abc", 1ms, 1001ms, {}});
    CHECK(out == "abc:1:2:");
}

TEST_CASE("the index of a callback is digits and nothing else") {
    CHECK(v09::read_jsonp_index("0") == 0U);
    CHECK(v09::read_jsonp_index("999999999") == 999999999U);
    for (const char* bad : {"", "-1", "+1", "1 ", "a", "0x1", "1);alert(1", "1e3", "1000000000", "\xd9\xa1"}) {
        CAPTURE(bad);
        CHECK_FALSE(v09::read_jsonp_index(bad));
    }
}

TEST_CASE("what travels in a script cannot leave its string") {
    std::string out;
    v09::append_jsonp_call(out, 3, "3:::\"\\</script><!--\xe2\x80\xa8\xe2\x80\xa9\n\xef\xbf\xbd");
    CHECK(out == "io.j[3](\"3:::\\\"\\\\\\u003c/script>\\u003c!--\\u2028\\u2029\\n\xef\xbf\xbd\");");
    out.clear();
    v09::append_jsonp_error(out, 0, "no \"way\"");
    CHECK(out == R"(io.j[0](new Error("no \"way\""));)");
    out.clear();
    v09::append_htmlfile_payload(out, "3:::</script>\"\xe2\x80\xa8");
    CHECK(out == "<script>_(\"3:::\\u003c/script>\\\"\\u2028\");</script>");
}

TEST_CASE("an htmlfile script bears that the client takes a backslash away from before each slash") {
    std::string out;
    v09::append_htmlfile_payload(out, R"(3:::a\\/b\/c/d)");
    CHECK(out == R"(<script>_("3:::a\\\\\\/b\\\\/c/d");</script>)");
}

TEST_CASE("a form of the JSONP transport is read, with its plus signs, escapes and line breaks") {
    CHECK(v09::read_jsonp_form("d=%225%3A%3A%3A%7B%7D%22") == "5:::{}");
    CHECK(v09::read_jsonp_form("x=1&d=%22a+b%2Bc%5Cn%5C%22%22") == "a b+c\n\"");
    CHECK(v09::read_jsonp_form("d=%22%5Cufffd5%5Cufffd3%3A%3A%3Aa%22") ==
          "\xef\xbf\xbd"
          "5\xef\xbf\xbd"
          "3:::a");
    for (const char* bad : {"", "d", "d=", "e=%22a%22", "d=3:::a", "d=%22a", "d=%22a%22%22", "d=%22%5Cx%22",
                            "d=%22%0a%22", "{\"d\":\"a\"}"}) {
        CAPTURE(bad);
        CHECK_FALSE(v09::read_jsonp_form(bad));
    }
}

TEST_CASE("an htmlfile page is padded so that browsers begin to run it") {
    std::string page;
    v09::append_htmlfile_head(page);
    CHECK(page.size() == 1024);
    CHECK(page.find("parent.s._(msg, document)") != std::string::npos);
}

TEST_CASE("each part of a multipart answer ends with the boundary that begins the next") {
    std::string body;
    v09::append_multipart_head(body, "xyz");
    v09::append_multipart_payload(body, "xyz", "1::");
    CHECK(v09::multipart_type("xyz") == "multipart/x-mixed-replace; boundary=\"xyz\"");
    CHECK(body == "--xyz\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1::\r\n--xyz\r\n");
}

TEST_CASE("a Flash policy names its domains, escaped, and ends with NUL") {
    const std::vector<std::string> domains{"*.example.org", "a\"&<>b"};
    const std::string policy = flash_policy(domains, "80,443");
    CHECK(policy.find("<allow-access-from domain=\"*.example.org\" to-ports=\"80,443\"/>") != std::string::npos);
    CHECK(policy.find("domain=\"a&quot;&amp;&lt;&gt;b\"") != std::string::npos);
    CHECK(policy.back() == '\0');
    CHECK(flash_policy({}, "*").find("allow-access-from") == std::string::npos);
    CHECK(flash_policy_request.size() == 23);
    CHECK(flash_policy_request.back() == '\0');
}

TEST_CASE("a chunk says its size in hexadecimal, and nothing is no chunk") {
    std::string out;
    append_http_chunk(out, "");
    CHECK(out.empty());
    append_http_chunk(out, std::string(26, 'x'));
    CHECK(out == "1a\r\n" + std::string(26, 'x') + "\r\n");
}

}  // namespace
}  // namespace sio::wire
