#include "http/content_coding.hpp"

#include <string>

#include <doctest/doctest.h>

#include "http/content_type.hpp"

using sio::http::coding_weight;

TEST_CASE("a coding is wanted as much as the list says") {
    CHECK(coding_weight("gzip, deflate, br", "gzip") == 1000);
    CHECK(coding_weight("gzip, deflate, br", "br") == 1000);
    CHECK(coding_weight("gzip;q=0.5, br;q=0.25", "gzip") == 500);
    CHECK(coding_weight("gzip ; q=0.123", "gzip") == 123);
    CHECK(coding_weight("GZIP;Q=1.0", "gzip") == 1000);
    CHECK(coding_weight("x-gzip", "gzip") == 1000);
    CHECK(coding_weight("gzip;x=y;q=0.1", "gzip") == 100);
}

TEST_CASE("a coding that is not wanted has no weight") {
    CHECK(coding_weight("", "gzip") == 0);
    CHECK(coding_weight("deflate", "gzip") == 0);
    CHECK(coding_weight("gzip;q=0", "gzip") == 0);
    CHECK(coding_weight("gzip;q=0.000", "gzip") == 0);
    CHECK(coding_weight("gzippy", "gzip") == 0);
    for (const char* malformed : {"gzip;q=2", "gzip;q=", "gzip;q=1.5", "gzip;q=-1", "gzip;q=0.1234", "gzip;q=a"}) {
        CAPTURE(std::string(malformed));
        CHECK(coding_weight(malformed, "gzip") == 0);
    }
}

TEST_CASE("a star stands for codings that are not named") {
    CHECK(coding_weight("*", "br") == 1000);
    CHECK(coding_weight("*;q=0.5, br;q=0", "br") == 0);
    CHECK(coding_weight("br;q=0, *;q=0.5", "gzip") == 500);
    CHECK(coding_weight("", "identity") == 1);
    CHECK(coding_weight("identity;q=0", "identity") == 0);
}

TEST_CASE("content types go by the extension") {
    using sio::http::content_type_of;
    CHECK(content_type_of("index.html") == "text/html; charset=utf-8");
    CHECK(content_type_of("js/app.min.JS") == "text/javascript; charset=utf-8");
    CHECK(content_type_of("a.svg") == "image/svg+xml");
    CHECK(content_type_of("archive.tar.gz") == "application/gzip");
    CHECK(content_type_of("README") == "application/octet-stream");
    CHECK(content_type_of(".html") == "application/octet-stream");
    CHECK(content_type_of("dir.html/file") == "application/octet-stream");
    CHECK(content_type_of("a.") == "application/octet-stream");
    CHECK(sio::http::is_compressible(content_type_of("a.css")));
    CHECK(sio::http::is_compressible(content_type_of("a.json")));
    CHECK(sio::http::is_compressible(content_type_of("a.svg")));
    CHECK_FALSE(sio::http::is_compressible(content_type_of("a.png")));
    CHECK_FALSE(sio::http::is_compressible(content_type_of("a.woff2")));
}
