#include "wire/jsonp.hpp"

#include <algorithm>

#include "util/ascii.hpp"
#include "util/query.hpp"
#include "wire/script_string.hpp"

namespace sio::wire {

bool is_jsonp_index(std::string_view index) noexcept {
    return !index.empty() && index.size() <= 10 && std::ranges::all_of(index, util::ascii_digit);
}

void append_jsonp(std::string& out, std::string_view callbacks, std::string_view index, std::string_view payload) {
    out += callbacks;
    out += '[';
    out += index;
    out += "](";
    append_script_string(out, payload);
    out += ");";
}

std::optional<std::string> decode_jsonp_form(std::string_view body) {
    const auto field = util::query_value(body, "d");
    if (!field) return std::nullopt;
    std::string payload;
    payload.reserve(field->size());
    std::string_view rest = *field;
    while (true) {
        const std::size_t escape = rest.find("\\n");
        if (escape == std::string_view::npos) break;
        const bool was_escape = escape > 0 && rest[escape - 1] == '\\';
        payload += rest.substr(0, was_escape ? escape - 1 : escape);
        payload += was_escape ? "\\n" : "\n";
        rest.remove_prefix(escape + 2);
    }
    payload += rest;
    return payload;
}

}  // namespace sio::wire
