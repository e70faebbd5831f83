#include <sio/form.hpp>

#include <string>
#include <string_view>

#include <sio/http_error.hpp>

#include <doctest/doctest.h>

#include "http/media_type.hpp"
#include "unit/http/request.hpp"

using sio::Form;
using sio::FormLimits;
using sio::HttpError;

namespace {

Form parse(std::string type, std::string body, FormLimits limits = {}) {
    return sio::parse_form(test::request("POST", "/", {{"Content-Type", std::move(type)}}, std::move(body)), limits);
}
Form urlencoded(std::string body, FormLimits limits = {}) {
    return parse("application/x-www-form-urlencoded", std::move(body), limits);
}
Form multipart(std::string body, FormLimits limits = {}) {
    return parse("multipart/form-data; boundary=XX", std::move(body), limits);
}

template <class Function>
int status_of(Function function) {
    try {
        function();
        return 200;
    } catch (const HttpError& error) {
        CHECK(*error.what() != '\0');
        return error.status();
    }
}

std::string field(std::string_view name, std::string_view value) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"\r\n\r\n" + std::string(value) +
           "\r\n";
}
std::string file(std::string_view name, std::string_view filename, std::string_view content) {
    return "--XX\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"" +
           std::string(filename) + "\"\r\nContent-Type: image/png\r\n\r\n" + std::string(content) + "\r\n";
}
const std::string end = "--XX--\r\n";

}  // namespace

TEST_CASE("a urlencoded form is decoded") {
    const auto form = urlencoded("name=J%C3%BCrgen+M%26&empty=&novalue&&name=second&a%3Db=c=d");
    CHECK(form["name"] == "J\xc3\xbcrgen M&");
    CHECK(form.fields().get_all("name").size() == 2);
    CHECK(form.contains("empty"));
    CHECK(form.contains("novalue"));
    CHECK_FALSE(form.contains(""));
    CHECK(form["a=b"] == "c=d");
    CHECK(form["absent"].empty());
    CHECK(form.get("absent", "x") == "x");
    CHECK(urlencoded("").fields().empty());
    CHECK(parse("Application/X-WWW-Form-Urlencoded; charset=UTF-8", "a=1")["a"] == "1");
}

TEST_CASE("malformed urlencoded forms are 400, too large ones 413") {
    for (const char* body : {"a=%", "a=%2", "a=%zz", "%=1", "a=%ff", "%c0%af=1", "a=%ed%a0%80", "a=\xff"}) {
        CAPTURE(std::string(body));
        CHECK(status_of([&] { urlencoded(body); }) == 400);
    }
    CHECK(status_of([] { urlencoded("a&b&c", {.max_parts = 2}); }) == 413);
    CHECK(status_of([] { urlencoded("a=12345", {.max_field_bytes = 5}); }) == 413);
    CHECK(status_of([] { urlencoded("a=1234", {.max_field_bytes = 5}); }) == 200);
}

TEST_CASE("other content types are no form, a malformed one is 400") {
    CHECK(parse("application/json", "{}").fields().empty());
    CHECK(parse("text/plain", "a=1").fields().empty());
    CHECK(sio::parse_form(test::request("POST", "/", {}, "a=1")).fields().empty());
    CHECK(status_of([] { parse("multipart/form-data; boundary=\"x", "a"); }) == 400);
    CHECK(status_of([] { parse(";", "a"); }) == 400);
}

TEST_CASE("a multipart form has fields and files") {
    const std::string binary("\x00\xff\r\n--X\r\n--XY\r\nend", 18);
    const auto form = multipart("preamble\r\n" + field("name", "J\xc3\xbcrgen\r\nM") + file("photo", "me.png", binary) +
                                field("name", "") + file("photo", "", "") + end + "epilogue");
    CHECK(form["name"] == "J\xc3\xbcrgen\r\nM");
    CHECK(form.fields().get_all("name").size() == 2);
    REQUIRE(form.files().size() == 2);
    REQUIRE(form.file("photo"));
    CHECK(form.file("photo")->filename == "me.png");
    CHECK(form.file("photo")->content_type == "image/png");
    CHECK(form.file("photo")->content == binary);
    CHECK(form.files()[1].filename.empty());
    CHECK(form.file("name") == nullptr);
    CHECK(multipart("--XX--").fields().empty());
    CHECK(multipart("--XX--\r\n").fields().empty());
}

TEST_CASE("the boundary may be quoted, and white space may follow it") {
    const std::string body = "--a b+c \t\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--a b+c--  \r\n";
    CHECK(parse("multipart/form-data; boundary=\"a b+c\"", body)["x"] == "1");
    CHECK(parse("Multipart/Form-Data;charset=utf-8; BOUNDARY=XX", field("a", "1") + end)["a"] == "1");
}

TEST_CASE("names are read as browsers write them") {
    const auto form =
        multipart("--XX\r\ncontent-disposition: Form-Data; filename=\"a\\\"b;c.txt\"; name=\"x\"\r\n\r\ny\r\n" +
                  file("f", "C:\\dir\\photo.png", "z") + end);
    CHECK(form.files()[0].filename == "a\"b;c.txt");
    CHECK(form.files()[0].content_type == "application/octet-stream");
    CHECK(form.files()[1].filename == "C:\\dir\\photo.png");
    CHECK(form.files()[1].safe_filename() == "photo.png");
}

TEST_CASE("malformed multipart forms are 400") {
    const auto part = [](std::string header) { return "--XX\r\n" + header + "\r\n\r\nvalue\r\n" + end; };
    const std::string bodies[] = {
        "",
        "no boundary at all",
        "--X\r\n",
        field("a", "1"),
        field("a", "1") + "--XX",
        field("a", "1") + "--XX-",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever ends",
        "--XX\r\n--XX--",
        "--XX\r\n\r\nno header\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n--XX--",
        part("Content-Type: text/plain"),
        part("Content-Disposition: attachment; name=\"a\""),
        part("Content-Disposition: form-data"),
        part("Content-Disposition: form-data; filename=\"a\""),
        part("Content-Disposition: form-data; name=\"a"),
        part("Content-Disposition: form-data; name=\"a\"; name=\"b\""),
        part("Content-Disposition: form-data; name=\"a\"x"),
        part("Content-Disposition: form-data; name"),
        part("Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\""),
        part("Content-Disposition : form-data; name=\"a\""),
        part("Content-Disposition: form-data; name=\"\xff\""),
        part("Content-Disposition: form-data; name=\"a\"; filename=\"\xff\""),
        part("Content-Disposition: form-data;\r\n name=\"a\""),
        part("Content-Disposition: form-data; name=\"a\"\r\nno colon"),
        part(std::string("Content-Disposition: form-data; name=\"a\0\"", 41)),
        part("Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64"),
        field("a", "\xff"),
        field("a", "1") + "--XX garbage\r\n",
    };
    for (const auto& body : bodies) {
        CAPTURE(body);
        CHECK(status_of([&] { multipart(body); }) == 400);
    }
    for (const char* type :
         {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
          "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a\xff"}) {
        CAPTURE(std::string(type));
        CHECK(status_of([&] { parse(type, field("a", "1") + end); }) == 400);
    }
    CHECK(status_of([] {
              parse("multipart/form-data; boundary=" + std::string(71, 'x'), "--" + std::string(71, 'x') + "--");
          }) == 400);
}

TEST_CASE("multipart forms beyond a limit are 413") {
    CHECK(status_of([] { multipart(field("a", "1") + field("b", "2") + end, {.max_parts = 1}); }) == 413);
    CHECK(status_of([] { multipart(field("a", "12345") + end, {.max_field_bytes = 5}); }) == 413);
    CHECK(status_of([] { multipart(field("a", "1234") + end, {.max_field_bytes = 5}); }) == 200);
    CHECK(status_of([] { multipart(file("a", "f", "123") + end, {.max_file_bytes = 2}); }) == 413);
    CHECK(status_of([] { multipart(file("a", "f", "1") + file("b", "f", "1") + end, {.max_files = 1}); }) == 413);
    CHECK(status_of([] { multipart(file("a", "f", "1") + end, {.max_files = 0}); }) == 413);
    const auto long_header =
        "--XX\r\nX: " + std::string(9000, 'x') + "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" + end;
    CHECK(status_of([&] { multipart(long_header); }) == 413);
    CHECK(status_of([&] { multipart("--XX\r\n" + std::string(20000, 'x') + "\r\n" + end); }) == 413);
}

TEST_CASE("every truncation and every changed byte of a form is either read or 400") {
    const auto body = field("name", "value") + file("photo", "me.png", "content") + end;
    for (std::size_t length = 0; length < body.size(); ++length) {
        const int status = status_of([&] { multipart(body.substr(0, length)); });
        CHECK((status == 200 || status == 400));
        // Whole from the closing boundary on.
        CHECK((status == 200) == (length >= body.size() - 2));
    }
    for (std::size_t i = 0; i < body.size(); ++i) {
        for (const char c : {'\0', '\r', '\n', '"', ';', '\xff', '-'}) {
            auto changed = body;
            changed[i] = c;
            const int status = status_of([&] { multipart(changed); });
            CHECK((status == 200 || status == 400));
        }
    }
}

TEST_CASE("a safe file name has no directory, no controls and no dot in front") {
    const auto safe = [](std::string name) {
        sio::UploadedFile upload;
        upload.filename = std::move(name);
        return upload.safe_filename();
    };
    CHECK(safe("a.txt") == "a.txt");
    CHECK(safe("../../etc/passwd") == "passwd");
    CHECK(safe("C:\\x\\y.txt") == "y.txt");
    CHECK(safe("..") == "file");
    CHECK(safe("...hidden") == "hidden");
    CHECK(safe("dir/") == "file");
    CHECK(safe("") == "file");
    CHECK(safe("a\r\nb\x7f"
               "c") == "abc");
    CHECK(safe(std::string("a\0b", 3)) == "ab");
    CHECK(safe("J\xc3\xbcrgen.txt") == "J\xc3\xbcrgen.txt");
    const auto cut = safe(std::string(199, 'x') +
                          "\xc3\xbc"
                          "y");
    CHECK(cut == std::string(199, 'x'));
}

TEST_CASE("media types have parameters, quoted or not") {
    using sio::http::parse_media_type;
    const auto type = parse_media_type(" Text/HTML ; Charset=UTF-8 ;x=\"a; \\\"b\\\\\" ; y = z ");
    REQUIRE(type);
    CHECK(type->value == "text/html");
    CHECK(type->params["charset"] == "UTF-8");
    CHECK(type->params["x"] == "a; \"b\\");
    CHECK(type->params["y"] == "z");
    CHECK(parse_media_type("a/b;;")->params.empty());
    for (const char* malformed : {"", " ", ";a=b", "a/b; c", "a/b; c=", "a/b; =d", "a/b; c=\"d", "a/b; c=d; c=e",
                                  "a/b; c=\"d\" e", "a/b; c d=e"}) {
        CAPTURE(std::string(malformed));
        CHECK_FALSE(parse_media_type(malformed));
    }
}
