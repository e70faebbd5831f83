#include "http/content_coding.hpp"

#include <optional>

#include "http/ascii.hpp"

namespace sio::http {
namespace {

/// `0.5` -> 500. A malformed weight is 0: better to send what every client can read.
int parse_weight(std::string_view text) noexcept {
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return 0;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.') return 0;
    int unit = 100;
    for (const char c : text.substr(2)) {
        if (!util::ascii_digit(c)) return 0;
        value += (c - '0') * unit;
        unit /= 10;
    }
    return value <= 1000 ? value : 0;
}

int element_weight(std::string_view params) noexcept {
    while (!params.empty()) {
        const auto param = next_element(params, ';');
        if (param.size() >= 2 && util::ascii_lower(param[0]) == 'q' && param[1] == '=')
            return parse_weight(param.substr(2));
    }
    return 1000;
}

}  // namespace

int coding_weight(std::string_view accept_encoding, std::string_view coding) noexcept {
    std::optional<int> star;
    while (!accept_encoding.empty()) {
        auto params = next_element(accept_encoding);
        const auto name = next_element(params, ';');
        if (util::ascii_iequals(name, coding)) return element_weight(params);
        // RFC 9110, 8.4.1.3: an old name of the same thing.
        if (coding == "gzip" && util::ascii_iequals(name, "x-gzip")) return element_weight(params);
        if (name == "*") star = element_weight(params);
    }
    return star.value_or(coding == "identity" ? 1 : 0);
}

}  // namespace sio::http
