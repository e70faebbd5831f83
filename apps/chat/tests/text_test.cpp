#include "text.hpp"

#include <doctest/doctest.h>

#include <string>

namespace chat {

TEST_CASE("a name becomes one line without white space at its ends") {
    CHECK(clean_name("  ada \t lovelace\r\n") == "ada lovelace");
    CHECK(clean_name("a\x01"
                     "b") == "a b");
    CHECK(clean_name("\u00a0\u2003ada\u3000") == "ada");
    CHECK(clean_name(" \n ").empty());
}

TEST_CASE("malformed UTF-8 becomes replacement characters, one for each bad byte") {
    CHECK(clean_name("a\xff"
                     "b") == "a\ufffdb");
    CHECK(clean_name("\xe2\x82") == "\ufffd\ufffd");
    CHECK(clean_name("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");  // a surrogate
    CHECK(clean_name("\xc0\xaf") == "\ufffd\ufffd");            // an overlong form
    CHECK(clean_name("\xf4\x90\x80\x80") == "\ufffd\ufffd\ufffd\ufffd");
    CHECK(clean_name("\U0001f642") == "\U0001f642");
}

TEST_CASE("a message keeps its line breaks and its indentation") {
    CHECK(clean_message("one\r\ntwo\rthree\n") == "one\ntwo\nthree");
    CHECK(clean_message("\n  \n  if (x)\n\ty();\n\n") == "  if (x)\n\ty();");
    CHECK(clean_message("a\x1b[31mb\x7f") == "a[31mb");
    CHECK(clean_message(" \t\n ").empty());
}

TEST_CASE("names that look the same have the same skeleton") {
    CHECK(skeleton("Ada") == skeleton("aDA"));
    CHECK(skeleton("a\u200bda") == "ada");
    CHECK(skeleton("\u202eada") == "ada");
    CHECK(skeleton("ada\u00a0 lovelace") == "ada lovelace");
    CHECK(skeleton("ЮЛИЯ") == "юлия");
    CHECK(skeleton("Élodie") == "élodie");
    CHECK(skeleton("ada") != skeleton("adam"));
}

TEST_CASE("a name of which nothing shows has an empty skeleton") {
    CHECK(skeleton("\u200b\u200d\u2060").empty());
    CHECK(skeleton("\u3164\u2800 ").empty());
    CHECK_FALSE(skeleton("🙂").empty());
}

TEST_CASE("a slug is made of ASCII letters, digits and single hyphens") {
    CHECK(slugify("Weekend plans") == "weekend-plans");
    CHECK(slugify("  Release 1.0! ") == "release-1-0");
    CHECK(slugify("Büro & Küche") == "buro-kuche");
    CHECK(slugify("Łódź") == "lodz");
    CHECK(slugify("Ada's room") == "adas-room");
    CHECK(slugify("../../etc/passwd") == "etc-passwd");
    CHECK(slugify("книги") == "room");
    CHECK(slugify("<script>") == "script");
    CHECK(slugify(std::string(100, 'a')).size() == 40);
}

TEST_CASE("limits count code points, not bytes") {
    CHECK(count_code_points("") == 0);
    CHECK(count_code_points("añ🙂") == 3);
}

}  // namespace chat
