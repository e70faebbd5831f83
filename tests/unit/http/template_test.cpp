#include <sio/template.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <sio/error.hpp>

#include <doctest/doctest.h>

#include "unit/http/temporary_directory.hpp"

using sio::Json;
using sio::TemplateError;
using sio::Templates;

namespace {

std::string render(std::string source, const Json& data = boost::json::object(), sio::TemplateOptions options = {}) {
    Templates templates(options);
    templates.add("t.html", std::move(source));
    return templates.render("t.html", data);
}

std::string error_of(std::string source, const Json& data = boost::json::object(), sio::TemplateOptions options = {}) {
    try {
        return "no error: " + render(std::move(source), data, options);
    } catch (const TemplateError& error) {
        return error.what();
    }
}

const Json people = {{"people", {{{"name", "Ann"}, {"age", 30}}, {{"name", "Bob"}, {"age", 7}}}}};

}  // namespace

TEST_CASE("text passes as it is, but for one newline at the end") {
    CHECK(render("plain { } { { %} }} #}\n") == "plain { } { { %} }} #}");
    CHECK(render("a\n\n") == "a\n");
    CHECK(render("a\r\n") == "a");
    CHECK(render("").empty());
    CHECK(render("\n").empty());
}

TEST_CASE("variables are written, with their members and items") {
    CHECK(render("{{ a }} {{ b.c }} {{ b['c'] }} {{ d[1] }} {{ d[-1] }} {{ d.0 }}",
                 {{"a", 1}, {"b", {{"c", "x"}}}, {"d", {10, 20, 30}}}) == "1 x x 20 30 10");
    CHECK(render("[{{ none }}{{ nothing }}{{ a.b }}{{ d[9] }}]",
                 {{"a", boost::json::object()}, {"d", boost::json::array{1}}}) == "[]");
    CHECK(render("{{ true }} {{ 1.5 }} {{ 2.0 }} {{ [1, 'a'] |safe }}") == "true 1.5 2.0 [1,\"a\"]");
    CHECK(render("{{ {'a': {'b': 1}}.a.b }}") == "1");
}

TEST_CASE("what is written is escaped unless it is declared safe") {
    const Json data = {{"x", "<b>\"O'Hara\" & co</b>"}};
    CHECK(render("{{ x }}", data) == "&lt;b&gt;&#34;O&#39;Hara&#34; &amp; co&lt;/b&gt;");
    CHECK(render("{{ x|safe }}", data) == "<b>\"O'Hara\" & co</b>");
    CHECK(render("{{ x|e }}{{ x|escape|e }}", {{"x", "<"}}) == "&lt;&lt;");
    CHECK(render("{{ '<' }}") == "&lt;");
    CHECK(render("{{ ['<'] }}") == "[&#34;&lt;&#34;]");
}

TEST_CASE("a filter on safe text makes it unsafe, and joining safe with unsafe escapes the unsafe") {
    CHECK(render("{{ x|safe|upper }}", {{"x", "<b>"}}) == "&lt;B&gt;");
    CHECK(render("{{ '<br>'|safe ~ x }}", {{"x", "<"}}) == "<br>&lt;");
    CHECK(render("{{ x ~ '<br>'|safe }}", {{"x", "<"}}) == "&lt;<br>");
    CHECK(render("{{ x + '<br>'|safe }}", {{"x", "<"}}) == "&lt;<br>");
    CHECK(render("{{ x ~ x }}", {{"x", "<"}}) == "&lt;&lt;");
    CHECK(render("{{ l|join('<br>'|safe) }}", {{"l", {"<", ">"}}}) == "&lt;<br>&gt;");
    CHECK(render("{{ l|join('<br>') }}", {{"l", {"a", "b"}}}) == "a&lt;br&gt;b");
    CHECK(render("{{ x|safe|default('y') }}", {{"x", "<b>"}}) == "<b>");
    CHECK(render("{{ x|nl2br }}", {{"x", "<a>\r\nb"}}) == "&lt;a&gt;<br>b");
}

TEST_CASE("tojson is fit for a script element and for an attribute") {
    CHECK(render("{{ x|tojson }}", {{"x", {{"a", "</script>'&\xe2\x80\xa8"}}}}) ==
          R"({"a":"\u003c/script\u003e\u0027\u0026\u2028"})");
    CHECK(render("{{ x|tojson }}", {{"x", nullptr}}) == "null");
}

TEST_CASE("forceescape makes JSON fit for an attribute in double quotes") {
    const Json data = {{"v", {{"k", "\"><script>"}}}};
    const auto attribute = render("<a data-v=\"{{ v|tojson|forceescape }}\">", data);
    CHECK(attribute.find('"', 11) == attribute.size() - 2);
    CHECK(render("{{ '<b>'|safe|forceescape }}{{ '<b>'|forceescape }}") == "&lt;b&gt;&lt;b&gt;");
}

TEST_CASE("templates whose name ends in .txt do not escape") {
    Templates templates;
    templates.add("mail.txt", "{{ x }}{% include 'part.html' %}{{ x }}");
    templates.add("part.html", "{{ x }}");
    CHECK(templates.render("mail.txt", {{"x", "<"}}) == "<&lt;<");
}

TEST_CASE("conditions take the first branch that is true") {
    const auto source = "{% if a %}A{% elif b == 2 %}B{% else %}C{% endif %}";
    CHECK(render(source, {{"a", true}}) == "A");
    CHECK(render(source, {{"b", 2}}) == "B");
    CHECK(render(source) == "C");
    for (const auto& value : {Json(nullptr), Json(0), Json(0.0), Json(""), Json(boost::json::array()),
                              Json(boost::json::object()), Json(false)}) {
        CHECK(render("{% if a %}yes{% endif %}", {{"a", value}}).empty());
    }
    CHECK(render("{% if a %}yes{% endif %}", {{"a", "0"}}) == "yes");
}

TEST_CASE("loops have their counters") {
    CHECK(render(
              "{% for p in people %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}{{ loop.last }}"
              "{{ loop.length }}{{ p.name }};{% endfor %}",
              people) == "102truefalse2Ann;211falsetrue2Bob;");
    CHECK(render("{% for a in [1,2] %}{% for b in [3,4] %}{{ a }}{{ b }}{{ loop.index }} {% endfor %}{{ loop.index "
                 "}};{% endfor %}") == "131 142 1;231 242 2;");
    CHECK(render("{% for x in [] %}x{% else %}none{% endfor %}") == "none");
    CHECK(render("{% for x in nothing %}x{% else %}none{% endfor %}") == "none");
    CHECK(render("{% for p in people if p.age > 10 %}{{ p.name }}{{ loop.length }}{% endfor %}", people) == "Ann1");
    CHECK(render("{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(2, 4) %}{{ i }}{% endfor %}") == "01223");
}

TEST_CASE("loops unpack pairs and objects") {
    const Json data = {{"o", {{"a", 1}, {"b", "<"}}}};
    CHECK(render("{% for k, v in o %}{{ k }}={{ v }};{% endfor %}", data) == "a=1;b=&lt;;");
    CHECK(render("{% for k, v in o|items %}{{ k }}={{ v }};{% endfor %}", data) == "a=1;b=&lt;;");
    CHECK(render("{% for k, v in o.items() %}{{ k }}{% endfor %}", data) == "ab");
    CHECK(render("{% for k in o %}{{ k }}{% endfor %}", data) == "ab");
    CHECK(render("{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}") == "3 7 ");
}

TEST_CASE("loop variables and assignments end with the loop") {
    CHECK(render("{% set x = 1 %}{% for i in [5] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}{{ i }}") == "51");
    CHECK(render("{% set x %}<b>{{ y }}</b>{% endset %}{{ x }}{{ x }}", {{"y", "<"}}) == "<b>&lt;</b><b>&lt;</b>");
}

TEST_CASE("expressions follow Python's precedence") {
    CHECK(render("{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ "
                 "4 / 2 }}") == "7 9 3 -4 1 2 3.5 2.0");
    CHECK(render("{{ 'a' ~ 1 + 2 ~ 'b' }}") == "a12b");
    CHECK(render("{{ 'a' ~ 1 ~ 'b' }} {{ 'a' + 'b' }} {{ ([1] + [2])|length }}") == "a1b ab 2");
    CHECK(render("{{ not false and true }} {{ true or x.y.z }} {{ '' or 'else' }} {{ 1 and 2 }}") ==
          "true true else 2");
    CHECK(render("{{ 2 > 1 }} {{ 'a' < 'b' }} {{ 1 == 1.0 }} {{ 1 != 2 }} {{ 'a' == 1 }}") ==
          "true true true true false");
    CHECK(render("{{ 2 in [1, 2] }} {{ 'k' in {'k': 1} }} {{ 'b' in 'abc' }} {{ 3 not in [1] }}") ==
          "true true true true");
    CHECK(render("{{ 'y' if 1 > 2 else 'n' }} [{{ 'y' if false }}] {{ 'a' if false else 'b' if false else 'c' }}") ==
          "n [] c");
    CHECK(render("{{ -3|abs }} {{ - 3 }} {{ +4 }}") == "3 -3 4");
    CHECK(render("{{ 9223372036854775807 + 1 }}") == "9223372036854775808.0");
    CHECK(render("{{ 'it\\'s' }} {{ \"a\\n\" }} {{ 'a' 'b' }}") == "it&#39;s a\n ab");
}

TEST_CASE("tests ask what a value is") {
    CHECK(render("{{ a is defined }} {{ b is defined }} {{ b is not defined }} {{ b is undefined }} {{ c is none }} {{ "
                 "b is none }}",
                 {{"a", 1}, {"c", nullptr}}) == "true false true true true false");
    CHECK(render("{{ 3 is odd }} {{ 3 is even }} {{ 'a' is string }} {{ 1 is number }} {{ [] is sequence }} {{ {} is "
                 "mapping }} {{ true is boolean }}") == "true false true true true true true");
    CHECK(render("{{ not a.b is defined }}", {{"a", boost::json::object()}}) == "true");
}

TEST_CASE("filters do what they say") {
    const Json data = {{"s", "  \xc3\xa9l Ni\xc3\xb1o  "}, {"l", {3, 1, 2}}, {"people", people.at("people")}};
    CHECK(render(
              "[{{ s|trim }}] {{ 'abc'|upper }} {{ 'ABC'|lower }} {{ 'hELLO'|capitalize }} {{ 'one two-three'|title }}",
              data) == "[\xc3\xa9l Ni\xc3\xb1o] ABC abc Hello One Two-Three");
    CHECK(render("{{ s|trim|length }} {{ l|length }} {{ people[0]|length }} {{ x|length }}", data) == "7 3 2 0");
    CHECK(render("{{ l|first }} {{ l|last }} {{ 'x\xc3\xa9'|last }} {{ 'abc'|first }} [{{ []|first }}]", data) ==
          "3 2 \xc3\xa9 a []");
    CHECK(render("{{ l|sort|join(',') }} {{ l|reverse|join }} {{ (people|sort('age'))[0].name }}", data) ==
          "1,2,3 213 Bob");
    CHECK(render("{{ 'aXbX'|replace('X', '--') }} {{ 'a b/\xc3\xa9'|urlencode }}") == "a--b-- a%20b%2F%C3%A9");
    CHECK(render("{{ '\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9'|truncate(3) }} {{ 'abc'|truncate(3) }} {{ 'abcdef'|truncate(4, "
                 "'..') }}") == "\xc3\xa9\xc3\xa9\xe2\x80\xa6 abc ab..");
    CHECK(render("{{ x|default('d') }} {{ ''|default('d') }}|{{ ''|default('d', true) }} {{ a.b|d('e') }}",
                 {{"a", boost::json::object()}}) == "d |d e");
    CHECK(render("{{ '42'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 3.9|int }} {{ 2.567|round(2) }} {{ 2.5|round }} {{ "
                 "-2|abs }}") == "42 0 7 3 2.57 3 2");
}

TEST_CASE("white space goes where a dash stands") {
    CHECK(render("a \n {%- if true -%} \n b \n {%- endif -%} \n c") == "abc");
    CHECK(render("a {{- 1 -}} b") == "a1b");
    CHECK(render("a {#- note -#} b") == "ab");
    CHECK(render("a {# note #} b") == "a  b");
}

TEST_CASE("comments and raw text are not evaluated") {
    CHECK(render("{# {{ x }} {% nonsense %} #}ok") == "ok");
    CHECK(render("{% raw %}{{ x }} {% if %}{# #}{% endraw %}!") == "{{ x }} {% if %}{# #}!");
    CHECK(render("a {%- raw -%} {{ x }} {%- endraw -%} b") == "a{{ x }}b");
}

TEST_CASE("delimiters within quotes and braces do not end a tag") {
    CHECK(render("{{ '}}' }}{{ \"%}\" }}") == "}}%}");
    CHECK(render("{{ {'a': {'b': 2}}['a']['b'] }}") == "2");
    CHECK(render("{% if '%}' == '%}' %}y{% endif %}") == "y");
}

TEST_CASE("a template extends another and fills its blocks") {
    Templates templates;
    templates.add("base.html",
                  "<title>{% block title %}sio{% endblock %}</title>{% block body %}{% endblock body %}<end>");
    templates.add("page.html",
                  "{% extends \"base.html\" %}\n{% block title %}{{ name }} - {{ super() }}{% endblock %}\n");
    templates.add("deep.html",
                  "{# note #}{% extends 'page.html' %}{% block title %}[{{ super() }}]{% endblock %}{% block body "
                  "%}B{% endblock %}");
    CHECK(templates.render("base.html") == "<title>sio</title><end>");
    CHECK(templates.render("page.html", {{"name", "<x>"}}) == "<title>&lt;x&gt; - sio</title><end>");
    CHECK(templates.render("deep.html", {{"name", "n"}}) == "<title>[n - sio]</title>B<end>");
}

TEST_CASE("blocks may be within blocks, loops and conditions") {
    Templates templates;
    templates.add("base.html",
                  "{% block outer %}<{% block inner %}i{% endblock %}>{% endblock %}"
                  "{% for x in [1,2] %}{% block row %}{{ x }}{% endblock %}{% endfor %}");
    templates.add("a.html",
                  "{% extends 'base.html' %}{% block inner %}I{% endblock %}{% block row %}({{ x }}{{ loop.index }}){% "
                  "endblock %}");
    templates.add("b.html", "{% extends 'base.html' %}{% block outer %}{{ super() }}{{ super() }}{% endblock %}");
    CHECK(templates.render("a.html") == "<I>(11)(22)");
    CHECK(templates.render("b.html") == "<i><i>12");
}

TEST_CASE("what a child sets is seen by its parent") {
    Templates templates;
    templates.add("base.html", "{{ active }}|{% block b %}{% endblock %}");
    templates.add("page.html",
                  "{% extends 'base.html' %}{% set active = 'home' %}{% block b %}{{ active }}{% endblock %}");
    CHECK(templates.render("page.html") == "home|home");
}

TEST_CASE("an included template sees the variables in sight and leaves them as they were") {
    Templates templates;
    templates.add("row.html", "{{ x }}{{ y }}{% set x = 9 %}{% block b %}own{% endblock %};");
    templates.add("page.html", "{% for x in [1, 2] %}{% include 'row.html' %}{{ x }}{% endfor %}");
    templates.add("extends.html",
                  "{% extends 'outer.html' %}{% block b %}mine {% include name %}{{ super() }}{% endblock %}");
    templates.add("outer.html", "{% block b %}outer{% endblock %}");
    CHECK(templates.render("page.html", {{"y", "y"}}) == "1yown;12yown;2");
    CHECK(templates.render("extends.html", {{"name", "row.html"}}) == "mine own;outer");
}

TEST_CASE("applications add filters, functions and globals") {
    Templates templates;
    templates.add_filter("shout", [](std::span<const Json> arguments) -> Json {
        std::string text(arguments[0].as_string().c_str());
        return boost::json::string(text + (arguments.size() > 1 ? arguments[1].as_string().c_str() : "!"));
    });
    templates.add_function("url_for", [](std::span<const Json> arguments) -> Json {
        if (arguments.empty()) throw std::runtime_error("no name");
        return boost::json::string("/<" + std::string(arguments[0].as_string().c_str()));
    });
    templates.set_global("site", "sio");
    templates.add("t.html", "{{ 'a'|shout }}{{ 'a'|shout('?') }} {{ url_for('x') }} {{ site }}");
    CHECK(templates.render("t.html") == "a!a? /&lt;x sio");
    CHECK(templates.render("t.html", {{"site", "other"}}) == "a!a? /&lt;x other");
    templates.add("bad.html", "\n{{ url_for() }}");
    CHECK_THROWS_WITH_AS(templates.render("bad.html"), "bad.html:2: url_for(): no name", TemplateError);
}

TEST_CASE("mistakes are reported with file and line") {
    CHECK(error_of("a\n{{ x") == "t.html:2: {{ is not closed");
    CHECK(error_of("{% if x") == "t.html:1: {% is not closed");
    CHECK(error_of("\n\n{# x") == "t.html:3: the comment is not closed");
    CHECK(error_of("{% raw %} {% endra %}") == "t.html:1: {% raw %} is not closed");
    CHECK(error_of("{{ 'x }}") == "t.html:1: the text is not closed");
    CHECK(error_of("{{ 'a\\q' }}") == "t.html:1: unknown escape \\q");
    CHECK(error_of("{{ a ? b }}") == "t.html:1: unexpected character '?'");
    CHECK(error_of("{{ 1x }}") == "t.html:1: a name cannot begin with a digit");
    CHECK(error_of("{{ }}") == "t.html:1: an expression is missing");
    CHECK(error_of("{{ a b }}") == "t.html:1: unexpected 'b'");
    CHECK(error_of("{{ a. }}") == "t.html:1: expected a name at the end of the tag");
    CHECK(error_of("{{ (a }}") == "t.html:1: expected ')' at the end of the tag");
    CHECK(error_of("{{ [1 2] }}") == "t.html:1: expected ',', not '2'");
    CHECK(error_of("{{ a.strip() }}") == "t.html:1: there are no methods, but filters: '|strip'");
    CHECK(error_of("{{ f(a=1) }}") == "t.html:1: arguments have no names");
    CHECK(error_of("{{ 1 < 2 < 3 }}") == "t.html:1: comparisons cannot be chained: use 'and'");
    CHECK(error_of("{{ x is odd2 }}") == "t.html:1: there is no test 'odd2'");
    CHECK(error_of("{{ and }}") == "t.html:1: 'and' is not a name");
    CHECK(error_of("{% nonsense %}") == "t.html:1: unknown statement 'nonsense'");
    CHECK(error_of("{% 1 %}") == "t.html:1: expected a statement, not '1'");
    CHECK(error_of("\n{% if x %}\n") == "t.html:2: {% endif %} is missing");
    CHECK(error_of("{% if x %}{% else %}{% elif y %}{% endif %}") == "t.html:1: unknown statement 'elif'");
    CHECK(error_of("{% for x in y %}") == "t.html:1: {% endfor %} is missing");
    CHECK(error_of("{% for x of y %}") == "t.html:1: expected 'in', not 'of'");
    CHECK(error_of("{% endif %}") == "t.html:1: unknown statement 'endif'");
    CHECK(error_of("{% block a %}{% endblock b %}") == "t.html:1: this closes the block 'a'");
    CHECK(error_of("{% block a %}{% block a %}{% endblock %}{% endblock %}") == "t.html:1: the block 'a' occurs twice");
    CHECK(error_of("{% block a %}{% endblock %}\n{% block a %}{% endblock %}") ==
          "t.html:2: the block 'a' occurs twice");
    CHECK(error_of("text{% extends 'a' %}") == "t.html:1: {% extends %} is not at the beginning");
    CHECK(error_of("{% extends 'a' %}{% extends 'b' %}") == "t.html:1: a second {% extends %}");
    CHECK(error_of("{% extends a %}") == "t.html:1: expected the name of a template, in quotes, not 'a'");
    CHECK(error_of("{% extends 'a' %}\ntext") ==
          "t.html:1: outside a block this is never written, since the template extends another");
}

TEST_CASE("failures while rendering are reported with file and line") {
    CHECK(error_of("\n{{ a.b }}") == "t.html:2: 'a' is undefined");
    CHECK(error_of("{{ a.b.c }}", {{"a", boost::json::object()}}) == "t.html:1: 'a.b' is undefined");
    CHECK(error_of("{{ 1 + 'a' }}") == "t.html:1: cannot calculate with a number and text");
    CHECK(error_of("{{ 1 // 0 }}") == "t.html:1: division by zero");
    CHECK(error_of("{{ 1 < 'a' }}") == "t.html:1: cannot order a number and text");
    CHECK(error_of("{{ 1 in 2 }}") == "t.html:1: cannot look for a number in a number");
    CHECK(error_of("{{ a|nonsense }}") == "t.html:1: filter nonsense: there is none of that name");
    CHECK(error_of("{{ 5|length }}") == "t.html:1: filter length: a number has no length");
    CHECK(error_of("{{ [1,'a']|sort }}") == "t.html:1: filter sort: cannot order text and a number");
    CHECK(error_of("{{ nonsense() }}") == "t.html:1: nonsense(): there is no function of that name");
    CHECK(error_of("{{ range(1000000) }}") == "t.html:1: range(): more than 100000 numbers");
    CHECK(error_of("{% for x in 5 %}{% endfor %}") == "t.html:1: the value is not a list");
    CHECK(error_of("{% for a, b in [1] %}{% endfor %}") ==
          "t.html:1: the loop has several names, but an item is not a list");
    CHECK(error_of("{% for a, b in [[1]] %}{% endfor %}") == "t.html:1: the loop has 2 names for 1 values");
    CHECK(error_of("{% for a in [1] %}{{ loop.nonsense }}{% endfor %}") == "t.html:1: loop has no 'nonsense'");
    CHECK(error_of("{{ super() }}") == "t.html:1: super() outside a block");
    CHECK(error_of("{% block a %}{{ super() }}{% endblock %}") ==
          "t.html:1: super(): no template above has this block");
    CHECK(error_of("\n{% include 'absent.html' %}") == "t.html:2: absent.html: there is no such template");
    CHECK(error_of("\n\n{% extends 'absent.html' %}") == "t.html:3: absent.html: there is no such template");
    CHECK(error_of("{% extends 't.html' %}") == "t.html:1: the template extends itself");
    CHECK(error_of("{{ x }}", boost::json::object(), {.strict = true}) == "t.html:1: 'x' is undefined");
    CHECK(render("{{ x|default(1) }}{{ x is defined }}", boost::json::object(), {.strict = true}) == "1false");
}

TEST_CASE("an error in a parent or in an included file names that file") {
    Templates templates;
    templates.add("base.html", "\n\n{% block a %}{% endblock %}{{ 1 // 0 }}");
    templates.add("page.html", "{% extends 'base.html' %}{% block a %}{% endblock %}");
    templates.add("broken-block.html", "{% extends 'base.html' %}{% block a %}\n{{ 2 // 0 }}{% endblock %}");
    CHECK_THROWS_WITH_AS(templates.render("page.html"), "base.html:3: division by zero", TemplateError);
    CHECK_THROWS_WITH_AS(templates.render("broken-block.html"), "broken-block.html:2: division by zero", TemplateError);
}

TEST_CASE("endless recursion and absurd depth are errors, not crashes") {
    CHECK(error_of("{% include 't.html' %}").find("deep") != std::string::npos);
    std::string deep;
    for (int i = 0; i < 2000; ++i) deep += "{% if true %}";
    CHECK(error_of(deep).find("too many statements within each other") != std::string::npos);
    CHECK(error_of("{{ " + std::string(5000, '(') + " }}").find("too many operators") != std::string::npos);
    CHECK(error_of("{{ " + std::string(5000, '-') + "1 }}").find("too many operators") != std::string::npos);
    CHECK(error_of("{{ " + std::string(5000, '[') + " }}").find("too many operators") != std::string::npos);
    std::string chain = "{{ 1";
    for (int i = 0; i < 5000; ++i) chain += " + 1";
    CHECK(error_of(chain + " }}").find("too many operators") != std::string::npos);
    std::string nots = "{{ ";
    for (int i = 0; i < 5000; ++i) nots += "not ";
    CHECK(error_of(nots + "1 }}").find("too many operators") != std::string::npos);
}

TEST_CASE("templates are read from a directory, once or whenever they change") {
    const test::TemporaryDirectory directory;
    directory.write("page.html", "one {% include 'parts/x.html' %}");
    directory.write("parts/x.html", "part");
    const Templates fixed(directory.path());
    const Templates reloading(directory.path(), {.reload = true});
    CHECK(fixed.render("page.html") == "one part");
    CHECK(reloading.render("page.html") == "one part");
    directory.write("parts/x.html", "changed");
    CHECK(fixed.render("page.html") == "one part");
    CHECK(reloading.render("page.html") == "one changed");
    CHECK(reloading.respond("page.html", boost::json::object(), 404).status == 404);
}

TEST_CASE("templates outside their directory cannot be named") {
    const test::TemporaryDirectory directory;
    directory.write("secret.txt", "secret");
    directory.write("templates/page.html", "page");
    std::filesystem::create_symlink("../secret.txt", directory.file("templates/link.html"));
    const Templates templates(directory.file("templates"));
    CHECK(templates.render("page.html") == "page");
    for (const char* name :
         {"../secret.txt", "/etc/passwd", "", "a//b", "./page.html", "page.html/", "link.html", "..\\secret.txt"}) {
        CAPTURE(std::string(name));
        CHECK_THROWS_AS(templates.render(name), TemplateError);
    }
    CHECK_THROWS_AS(Templates(directory.file("absent")), sio::Error);
}
