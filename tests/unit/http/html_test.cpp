#include <sio/html.hpp>

#include <string>
#include <utility>
#include <vector>

#include <sio/template.hpp>

#include <doctest/doctest.h>

TEST_CASE("escaping gives the golden set, in C++ and in templates") {
    // Text, and what has to stand for it in an element and in a quoted attribute.
    const std::vector<std::pair<std::string, std::string>> golden = {
        {"", ""},
        {"plain text 123", "plain text 123"},
        {"&", "&amp;"},
        {"<", "&lt;"},
        {">", "&gt;"},
        {"\"", "&#34;"},
        {"'", "&#39;"},
        {"&amp;", "&amp;amp;"},
        {"&#39;", "&amp;#39;"},
        {"a<b>c", "a&lt;b&gt;c"},
        {"<<>>", "&lt;&lt;&gt;&gt;"},
        {"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
        {"\" onmouseover=\"alert(1)", "&#34; onmouseover=&#34;alert(1)"},
        {"' onfocus='alert(1)", "&#39; onfocus=&#39;alert(1)"},
        {"<img src=x onerror=alert`1`>", "&lt;img src=x onerror=alert`1`&gt;"},
        {"</textarea><svg/onload=alert(1)>", "&lt;/textarea&gt;&lt;svg/onload=alert(1)&gt;"},
        {"<!-- --><![CDATA[x]]>", "&lt;!-- --&gt;&lt;![CDATA[x]]&gt;"},
        {"{{ 7 * 7 }}{% raw %}", "{{ 7 * 7 }}{% raw %}"},
        {"J\xc3\xbcrgen \xf0\x9f\x98\x80 \xe2\x80\xa8", "J\xc3\xbcrgen \xf0\x9f\x98\x80 \xe2\x80\xa8"},
        {"\xef\xbc\x9cscript\xef\xbc\x9e", "\xef\xbc\x9cscript\xef\xbc\x9e"},
        {"line\nbreak\ttab", "line\nbreak\ttab"},
    };
    sio::Templates templates;
    templates.add("t.html", "{{ x }}");
    for (const auto& [text, expected] : golden) {
        CHECK(sio::escape_html(text) == expected);
        CHECK(templates.render("t.html", {{"x", text}}) == expected);
    }
}

TEST_CASE("escaping appends to what is there") {
    std::string out = "<p>";
    sio::append_escaped_html(out, "a & b");
    CHECK(out == "<p>a &amp; b");
    CHECK(sio::escape_html(std::string_view("a\0<", 3)) == std::string("a\0&lt;", 6));
}
