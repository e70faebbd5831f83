#include "transport/poll_form.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using sio::Generation;
using sio::Response;
using sio::transport::poll_answer;
using sio::transport::TextEncoding;
using Packets = std::vector<sio::session::Outbox::Entry>;

namespace {

const Packets text{{false, "4\xe2\x82\xac"}, {false, "6"}};
const Packets ascii{{false, "4hello"}, {false, "6"}};
const Packets mixed{{false, "451-[{\"_placeholder\":true,\"num\":0}]"}, {true, std::string("\x01\x02", 2)}};

}  // namespace

TEST_CASE("Engine.IO 4 has separators, and base64 for what is binary") {
    const Response answer = poll_answer(Generation::eio4, {}, mixed);
    CHECK(answer.body ==
          "451-[{\"_placeholder\":true,\"num\":0}]\x1e"
          "bAQI=");
    CHECK(answer.headers.get("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(poll_answer(Generation::eio4, {.base64 = true, .old_build = true}, text).body ==
          "4\xe2\x82\xac\x1e"
          "6");
}

TEST_CASE("Engine.IO 3 has text framing for what is small and all ASCII") {
    const Response answer = poll_answer(Generation::eio3, {}, ascii);
    CHECK(answer.body == "6:4hello1:6");
    CHECK(answer.headers.get("Content-Type") == "text/plain; charset=UTF-8");
}

TEST_CASE("Engine.IO 3 has binary framing for large text, and for text outside ASCII, where the client takes it") {
    const Packets large{{false, "4" + std::string(20'000, 'x')}, {false, "4" + std::string(20'000, 'y')}};
    for (const auto& packets : {large, text}) {
        const Response answer = poll_answer(Generation::eio3, {}, packets);
        CHECK(answer.headers.get("Content-Type") == "application/octet-stream");
        CHECK(answer.body.front() == '\0');
        CHECK(poll_answer(Generation::eio3, {.base64 = true}, packets).headers.get("Content-Type") ==
              "text/plain; charset=UTF-8");
    }
}

TEST_CASE("text framing is encoded twice for clients that encode so") {
    CHECK(poll_answer(Generation::eio3, {.base64 = true, .encoding = TextEncoding::twice}, text).body ==
          "4:4\xc3\xa2\xc2\x82\xc2\xac"
          "1:6");
    CHECK(poll_answer(Generation::eio3, {.base64 = true, .encoding = TextEncoding::twice}, ascii).body ==
          "6:4hello1:6");
}

TEST_CASE("Engine.IO 3 has binary framing where something is") {
    const Response answer = poll_answer(Generation::eio3, {}, mixed);
    const std::string packet = mixed[0].data;
    CHECK(answer.body == std::string("\0\3\5\xff", 4) + packet + std::string("\1\3\xff\4\1\2", 6));
    CHECK(answer.headers.get("Content-Type") == "application/octet-stream");
}

TEST_CASE("Engine.IO 3 clients that take text only get base64") {
    CHECK(poll_answer(Generation::eio3, {.base64 = true}, mixed).body == "35:" + mixed[0].data + "6:b4AQI=");
    CHECK(poll_answer(Generation::eio3, {.base64 = true, .old_build = true}, text).body ==
          "2:4\xe2\x82\xac"
          "1:6");
}

TEST_CASE("1.0 builds for browsers get binary framing for everything") {
    const Response answer = poll_answer(Generation::eio3, {.old_build = true}, text);
    CHECK(answer.body == std::string("\0\4\xff"
                                     "4\xe2\x82\xac"
                                     "\0\1\xff"
                                     "6",
                                     11));
    CHECK(answer.headers.get("Content-Type") == "application/octet-stream");
}

TEST_CASE("JSONP has the text framing in a script that no page can take for something else") {
    const Response answer = poll_answer(Generation::eio3, {.jsonp_index = "3"}, mixed);
    CHECK(answer.body == R"(___eio[3]("35:451-[{\"_placeholder\":true,\"num\":0}]6:b4AQI=");)");
    CHECK(answer.headers.get("Content-Type") == "text/javascript; charset=UTF-8");
    CHECK(answer.headers.get("X-Content-Type-Options") == "nosniff");
    const Packets hostile{{false, "4</script>\xe2\x80\xa8\""}};
    CHECK(poll_answer(Generation::eio3, {.jsonp_index = "0"}, hostile).body ==
          R"(___eio[0]("12:4\u003c/script>\u2028\"");)");
    CHECK(poll_answer(Generation::eio4, {.jsonp_index = "0"}, mixed).body ==
          R"(___eio[0]("451-[{\"_placeholder\":true,\"num\":0}]\u001ebAQI=");)");
}
