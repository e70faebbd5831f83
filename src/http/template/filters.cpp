#include "http/template/filters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include <sio/html.hpp>

#include "http/ascii.hpp"
#include "util/percent.hpp"

namespace sio::http::tpl {
namespace {

[[noreturn]] void fail(const char* why) { throw std::invalid_argument(why); }

void take_at_most(const FilterCall& call, std::size_t count) {
    if (call.arguments.size() > count) fail("too many arguments");
}

std::string text_argument(const FilterCall& call, std::size_t index, std::string_view fallback) {
    return index < call.arguments.size() ? to_text(call.arguments[index].json()) : std::string(fallback);
}

std::size_t count_argument(const FilterCall& call, std::size_t index, std::size_t fallback) {
    if (index >= call.arguments.size()) return fallback;
    const auto* count = call.arguments[index].json().if_int64();
    if (!count || *count < 0) fail("the argument is not a count");
    return static_cast<std::size_t>(*count);
}

const boost::json::array& array_of(const FilterCall& call) {
    static const boost::json::array none;
    if (call.value.json().is_null()) return none;
    const auto* array = call.value.json().if_array();
    if (!array) fail("not a list");
    return *array;
}

char to_upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

Value filter_escape(const FilterCall& call) { return escaped(call.value); }

Value filter_safe(const FilterCall& call) {
    return call.value.is_string() ? call.value.as_safe() : Value::safe_text(to_text(call.value.json()));
}

/// `default(fallback)` for what is not there, `default(fallback, true)` for all that is not true.
Value filter_default(const FilterCall& call) {
    take_at_most(call, 2);
    const bool by_truth = call.arguments.size() == 2 && is_true(call.arguments[1].json());
    const bool keep = by_truth ? is_true(call.value.json()) : call.value.defined() && !call.value.json().is_null();
    if (keep) return call.value;
    return call.arguments.empty() ? Value::text("") : call.arguments[0];
}

Value filter_upper(const FilterCall& call) {
    auto text = to_text(call.value.json());
    std::transform(text.begin(), text.end(), text.begin(), to_upper);
    return Value::text(text);
}

Value filter_lower(const FilterCall& call) { return Value::text(lowered(to_text(call.value.json()))); }

Value filter_capitalize(const FilterCall& call) {
    auto text = lowered(to_text(call.value.json()));
    if (!text.empty()) text[0] = to_upper(text[0]);
    return Value::text(text);
}

Value filter_title(const FilterCall& call) {
    auto text = lowered(to_text(call.value.json()));
    bool word_begins = true;
    for (auto& c : text) {
        if (word_begins) c = to_upper(c);
        word_begins = is_space(c) || c == '-';
    }
    return Value::text(text);
}

Value filter_trim(const FilterCall& call) {
    const auto text = to_text(call.value.json());
    std::string_view view(text);
    while (!view.empty() && is_space(view.front())) view.remove_prefix(1);
    while (!view.empty() && is_space(view.back())) view.remove_suffix(1);
    return Value::text(view);
}

Value filter_length(const FilterCall& call) {
    const auto& json = call.value.json();
    if (json.is_null()) return Value::own(0);
    if (json.is_string()) return Value::own(character_count(call.value.string()));
    if (json.is_array()) return Value::own(json.get_array().size());
    if (json.is_object()) return Value::own(json.get_object().size());
    fail("a number has no length");
}

/// With a separator that is safe the items are escaped, and the result is safe.
Value filter_join(const FilterCall& call) {
    take_at_most(call, 1);
    const bool safe = !call.arguments.empty() && call.arguments[0].safe();
    const auto separator = text_argument(call, 0, "");
    std::string out;
    bool first = true;
    for (const auto& item : array_of(call)) {
        if (!std::exchange(first, false)) out += separator;
        if (safe) {
            append_escaped_html(out, to_text(item));
        } else {
            append_text(out, item);
        }
    }
    return safe ? Value::safe_text(out) : Value::text(out);
}

Value filter_first(const FilterCall& call) {
    if (call.value.is_string()) return Value::text(first_characters(call.value.string(), 1));
    const auto& array = array_of(call);
    return array.empty() ? Value() : call.value.part(array.front());
}

Value filter_last(const FilterCall& call) {
    if (call.value.is_string()) {
        const auto text = call.value.string();
        const auto count = character_count(text);
        return Value::text(text.substr(first_characters(text, count == 0 ? 0 : count - 1).size()));
    }
    const auto& array = array_of(call);
    return array.empty() ? Value() : call.value.part(array.back());
}

Value filter_reverse(const FilterCall& call) {
    auto copy = array_of(call);
    std::reverse(copy.begin(), copy.end());
    return Value::own(std::move(copy));
}

/// `sort`, or `sort("name")` for objects.
Value filter_sort(const FilterCall& call) {
    take_at_most(call, 1);
    auto copy = array_of(call);
    const auto key = text_argument(call, 0, "");
    const auto by = [&](const Json& item) -> const Json* {
        if (key.empty()) return &item;
        const auto* object = item.if_object();
        const auto* member = object ? object->if_contains(key) : nullptr;
        if (!member) fail("an item without the member to sort by");
        return member;
    };
    // Checked before: a comparison that throws would leave a half-sorted list to std::stable_sort.
    for (const auto& item : copy) compare(*by(item), *by(copy.front()));
    std::stable_sort(copy.begin(), copy.end(),
                     [&](const Json& a, const Json& b) { return compare(*by(a), *by(b)) < 0; });
    return Value::own(std::move(copy));
}

Value filter_replace(const FilterCall& call) {
    if (call.arguments.size() != 2) fail("it takes two arguments");
    const auto text = to_text(call.value.json());
    const auto from = text_argument(call, 0, "");
    const auto to = text_argument(call, 1, "");
    if (from.empty()) fail("nothing to replace");
    std::string out;
    std::size_t at = 0;
    while (true) {
        const auto found = text.find(from, at);
        out.append(text, at, found - at);
        if (found == std::string::npos) return Value::text(out);
        out += to;
        at = found + from.size();
    }
}

/// `truncate(length, end)`: at most `length` characters, with the end if something is left out.
Value filter_truncate(const FilterCall& call) {
    take_at_most(call, 2);
    const auto text = to_text(call.value.json());
    const auto length = count_argument(call, 0, 255);
    if (character_count(text) <= length) return Value::text(text);
    const auto end = text_argument(call, 1, "\u2026");
    const auto room = length - std::min(length, character_count(end));
    return Value::text(std::string(first_characters(text, room)) + end);
}

/// Escapes what is safe as well: JSON of `tojson` within an attribute.
Value filter_forceescape(const FilterCall& call) { return Value::safe_text(escape_html(to_text(call.value.json()))); }

Value filter_urlencode(const FilterCall& call) { return Value::text(util::percent_encode(to_text(call.value.json()))); }

/// JSON that means the same within `<script>` and attributes: what HTML could take for its own is escaped in JSON's way.
Value filter_tojson(const FilterCall& call) {
    std::string out;
    const auto text = boost::json::serialize(fit_for_stack(call.value.json()));
    for (std::size_t i = 0; i < text.size(); ++i) {
        switch (text[i]) {
            case '<': out += "\\u003c"; continue;
            case '>': out += "\\u003e"; continue;
            case '&': out += "\\u0026"; continue;
            case '\'': out += "\\u0027"; continue;
            default: break;
        }
        // U+2028 and U+2029 end a line of JavaScript before ES2019.
        if (text.compare(i, 3, "\xe2\x80\xa8") == 0 || text.compare(i, 3, "\xe2\x80\xa9") == 0) {
            out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
            i += 2;
            continue;
        }
        out += text[i];
    }
    return Value::safe_text(out);
}

/// Paragraphs stay lines: newlines become `<br>`, the rest is escaped.
Value filter_nl2br(const FilterCall& call) {
    const auto text = escaped(call.value);
    std::string out;
    for (const char c : text.string()) {
        if (c == '\n') {
            out += "<br>";
        } else if (c != '\r') {
            out += c;
        }
    }
    return Value::safe_text(out);
}

Value filter_int(const FilterCall& call) {
    take_at_most(call, 1);
    const auto& json = call.value.json();
    if (json.is_int64() || json.is_uint64()) return call.value;
    auto fallback = call.arguments.empty() ? Value::own(0) : call.arguments[0];
    if (const auto* real = json.if_double()) {
        constexpr auto limit = 9007199254740992.0;
        return std::abs(*real) <= limit ? Value::own(static_cast<std::int64_t>(*real)) : fallback;
    }
    if (json.is_bool()) return Value::own(json.get_bool() ? 1 : 0);
    if (!json.is_string()) return fallback;
    const auto text = call.value.string();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? Value::own(value) : fallback;
}

double number_of(const FilterCall& call) {
    const auto& json = call.value.json();
    if (json.is_int64()) return static_cast<double>(json.get_int64());
    if (json.is_uint64()) return static_cast<double>(json.get_uint64());
    if (!json.is_double()) fail("not a number");
    return json.get_double();
}

Value filter_abs(const FilterCall& call) {
    if (const auto* whole = call.value.json().if_int64()) {
        if (*whole != std::numeric_limits<std::int64_t>::min()) return Value::own(std::abs(*whole));
    }
    return Value::own(std::abs(number_of(call)));
}

/// `round(digits)`: text with that many digits behind the point; without, a whole number.
Value filter_round(const FilterCall& call) {
    take_at_most(call, 1);
    const auto digits = count_argument(call, 0, 0);
    if (digits > 15) fail("more digits than a number has");
    const double value = number_of(call);
    if (digits == 0) {
        const double rounded = std::round(value);
        return std::abs(rounded) < 9e15 ? Value::own(static_cast<std::int64_t>(rounded)) : Value::own(rounded);
    }
    char text[400];
    const auto result =
        std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, static_cast<int>(digits));
    return Value::text({text, static_cast<std::size_t>(result.ptr - text)});
}

/// The members of an object as pairs, for `{% for key, value in object|items %}`.
Value filter_items(const FilterCall& call) {
    boost::json::array pairs;
    if (call.value.json().is_null()) return Value::own(std::move(pairs));
    const auto* object = call.value.json().if_object();
    if (!object) fail("not an object");
    for (const auto& member : *object) pairs.push_back(boost::json::array{member.key(), member.value()});
    return Value::own(std::move(pairs));
}

constexpr std::pair<std::string_view, Filter> filters[] = {
    {"abs", filter_abs},
    {"capitalize", filter_capitalize},
    {"count", filter_length},
    {"d", filter_default},
    {"default", filter_default},
    {"e", filter_escape},
    {"escape", filter_escape},
    {"first", filter_first},
    {"forceescape", filter_forceescape},
    {"int", filter_int},
    {"items", filter_items},
    {"join", filter_join},
    {"last", filter_last},
    {"length", filter_length},
    {"lower", filter_lower},
    {"nl2br", filter_nl2br},
    {"replace", filter_replace},
    {"reverse", filter_reverse},
    {"round", filter_round},
    {"safe", filter_safe},
    {"sort", filter_sort},
    {"title", filter_title},
    {"tojson", filter_tojson},
    {"trim", filter_trim},
    {"truncate", filter_truncate},
    {"upper", filter_upper},
    {"urlencode", filter_urlencode},
};

bool is_odd(const Value& value) {
    const auto& json = value.json();
    if (const auto* whole = json.if_int64()) return *whole % 2 != 0;
    if (const auto* whole = json.if_uint64()) return *whole % 2 != 0;
    fail("not a whole number");
}

constexpr std::pair<std::string_view, Test> tests[] = {
    {"boolean", [](const Value& v) { return v.json().is_bool(); }},
    {"defined", [](const Value& v) { return v.defined(); }},
    {"even", [](const Value& v) { return !is_odd(v); }},
    {"mapping", [](const Value& v) { return v.json().is_object(); }},
    {"none", [](const Value& v) { return v.defined() && v.json().is_null(); }},
    {"number", [](const Value& v) { return v.json().is_number(); }},
    {"odd", is_odd},
    {"sequence", [](const Value& v) { return v.json().is_array(); }},
    {"string", [](const Value& v) { return v.json().is_string(); }},
    {"undefined", [](const Value& v) { return !v.defined(); }},
};

template <class Table>
auto look_up(const Table& table, std::string_view name) noexcept {
    const auto found =
        std::find_if(std::begin(table), std::end(table), [name](const auto& entry) { return entry.first == name; });
    return found == std::end(table) ? nullptr : found->second;
}

}  // namespace

Filter find_filter(std::string_view name) noexcept { return look_up(filters, name); }
Test find_test(std::string_view name) noexcept { return look_up(tests, name); }

Value escaped(const Value& value) {
    return value.safe() ? value : Value::safe_text(escape_html(to_text(value.json())));
}

}  // namespace sio::http::tpl
