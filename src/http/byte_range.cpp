#include "http/byte_range.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "http/ascii.hpp"

namespace sio::http {
namespace {

/// [first, end)
struct Interval {
    std::uint64_t first;
    std::uint64_t end;
};

/// Digits alone. A number beyond 64 bits is beyond any file just the same.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!util::ascii_digit(c)) return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    return value;
}

struct Spec {
    bool valid = false;
    /// Nothing when it is unsatisfiable.
    std::optional<Interval> interval;
};

Spec parse_spec(std::string_view text, std::uint64_t size) {
    const auto dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    const auto left = text.substr(0, dash);
    const auto right = text.substr(dash + 1);
    if (left.empty()) {
        const auto suffix = parse_position(right);
        if (!suffix) return {};
        if (*suffix == 0) return {true, {}};
        return {true, Interval{size - std::min(*suffix, size), size}};
    }
    const auto first = parse_position(left);
    if (!first) return {};
    auto end = size;
    if (!right.empty()) {
        const auto last = parse_position(right);
        if (!last || *last < *first) return {};
        if (*last < size) end = *last + 1;
    }
    if (*first >= size) return {true, {}};
    return {true, Interval{*first, end}};
}

}  // namespace

RangeRequest parse_range(std::string_view field, std::uint64_t size) {
    using Answer = RangeRequest::Answer;
    constexpr std::string_view unit = "bytes=";
    constexpr std::size_t max_specs = 32;
    if (field.size() < unit.size() || !util::ascii_iequals(field.substr(0, unit.size()), unit)) return {};
    field.remove_prefix(unit.size());

    std::vector<Interval> intervals;
    std::size_t specs = 0;
    while (!field.empty()) {
        const auto text = next_element(field);
        // RFC 9110, 5.6.1: empty list elements are passed over.
        if (text.empty()) continue;
        const auto spec = parse_spec(text, size);
        if (!spec.valid || ++specs > max_specs) return {};
        if (spec.interval) intervals.push_back(*spec.interval);
    }
    if (specs == 0) return {};
    if (intervals.empty()) return {Answer::unsatisfiable, 0, 0};

    std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    auto whole = intervals.front();
    for (const auto& interval : intervals) {
        if (interval.first > whole.end) return {};
        whole.end = std::max(whole.end, interval.end);
    }
    // The last bytes of an empty file: satisfiable, and all of it, which Content-Range cannot say.
    if (whole.first == whole.end) return {};
    return {Answer::part, whole.first, whole.end - whole.first};
}

}  // namespace sio::http
