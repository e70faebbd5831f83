#include "http/route_pattern.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include "util/ascii.hpp"
#include "util/decimal.hpp"

namespace sio::http {
namespace {

[[noreturn]] void malformed(std::string_view pattern, std::string_view why) {
    throw std::invalid_argument("route \"" + std::string(pattern) + "\": " + std::string(why));
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c == '_' || util::ascii_digit(c) || (util::ascii_lower(c) >= 'a' && util::ascii_lower(c) <= 'z');
    });
}

}  // namespace

PathSegments::PathSegments(std::string_view whole) : path(whole) {
    if (whole.empty() || whole == "/") return;
    auto rest = whole.substr(whole.front() == '/' ? 1 : 0);
    while (true) {
        const auto slash = rest.find('/');
        segments.push_back(rest.substr(0, slash));
        if (slash == std::string_view::npos) return;
        rest.remove_prefix(slash + 1);
        if (rest.empty()) {
            ends_with_slash = true;
            return;
        }
    }
}

RoutePattern::RoutePattern(std::string_view text, bool subtree) : subtree_(subtree) {
    if (!text.starts_with('/')) malformed(text, "a pattern begins with a slash");
    const PathSegments path(text);
    ends_with_slash_ = path.ends_with_slash;
    for (const auto segment : path.segments) {
        if (segment.empty()) malformed(text, "a segment is empty");
        if (!segments_.empty() && segments_.back().kind == Kind::rest) malformed(text, "<path:...> is not at the end");
        segments_.push_back(parse_segment(segment, text));
        const auto& name = segments_.back().name;
        const auto same = [&](const Segment& other) { return !name.empty() && other.name == name; };
        if (std::count_if(segments_.begin(), segments_.end(), same) > 1) malformed(text, "a name occurs twice");
    }
    const bool takes_rest = !segments_.empty() && segments_.back().kind == Kind::rest;
    if (takes_rest && ends_with_slash_) malformed(text, "<path:...> is not at the end");
    if (takes_rest && subtree) malformed(text, "a subtree cannot end with <path:...>");
}

RoutePattern::Segment RoutePattern::parse_segment(std::string_view text, std::string_view pattern) {
    Segment segment;
    const auto open = text.find('<');
    if (open == std::string_view::npos) {
        if (text.find('>') != std::string_view::npos) malformed(pattern, "'>' without '<'");
        segment.prefix = text;
        return segment;
    }
    const auto close = text.find('>', open);
    if (close == std::string_view::npos) malformed(pattern, "'<' without '>'");
    segment.prefix = text.substr(0, open);
    segment.suffix = text.substr(close + 1);
    if (segment.prefix.find('>') != std::string::npos) malformed(pattern, "'>' without '<'");
    if (segment.suffix.find_first_of("<>") != std::string::npos) malformed(pattern, "two parameters in one segment");

    auto parameter = text.substr(open + 1, close - open - 1);
    segment.kind = Kind::segment;
    if (const auto colon = parameter.find(':'); colon != std::string_view::npos) {
        const auto converter = parameter.substr(0, colon);
        parameter.remove_prefix(colon + 1);
        if (converter == "int") {
            segment.kind = Kind::whole_number;
        } else if (converter == "path") {
            segment.kind = Kind::rest;
            if (!segment.prefix.empty() || !segment.suffix.empty()) malformed(pattern, "text beside <path:...>");
        } else {
            malformed(pattern, "converters are int and path");
        }
    }
    if (!is_name(parameter)) malformed(pattern, "a parameter's name is letters, digits and '_'");
    segment.name = parameter;
    return segment;
}

std::optional<std::string_view> RoutePattern::Segment::match(std::string_view text) const noexcept {
    if (kind == Kind::text) return text == prefix ? std::optional(text) : std::nullopt;
    if (text.size() <= prefix.size() + suffix.size()) return std::nullopt;
    if (!text.starts_with(prefix) || !text.ends_with(suffix)) return std::nullopt;
    const auto value = text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
    if (kind == Kind::whole_number && !util::parse_decimal(value, INT64_MAX)) return std::nullopt;
    return value;
}

std::pair<int, std::ptrdiff_t> RoutePattern::Segment::rank() const noexcept {
    // Among parameters, more text around one makes it more specific.
    const auto text = static_cast<std::ptrdiff_t>(prefix.size() + suffix.size());
    return {static_cast<int>(kind), kind == Kind::text ? 0 : -text};
}

std::optional<RouteMatch> RoutePattern::match(const PathSegments& path) const {
    const bool takes_rest = !segments_.empty() && segments_.back().kind == Kind::rest;
    const bool open_ended = subtree_ || takes_rest;
    if (open_ended ? path.segments.size() < segments_.size() : path.segments.size() != segments_.size()) {
        return std::nullopt;
    }
    RouteMatch result;
    const auto offset_of = [&](std::string_view segment) {
        return static_cast<std::size_t>(segment.data() - path.path.data());
    };
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const auto& segment = segments_[i];
        const auto text = path.segments[i];
        if (segment.kind == Kind::rest) {
            const auto rest = path.path.substr(offset_of(text));
            if (rest.empty()) return std::nullopt;
            result.params.emplace_back(segment.name, rest);
            result.matched_length = path.path.size();
            return result;
        }
        const auto value = segment.match(text);
        if (!value) return std::nullopt;
        if (segment.kind != Kind::text) result.params.emplace_back(segment.name, *value);
        result.matched_length = offset_of(text) + text.size();
    }
    result.slash_differs = !open_ended && path.ends_with_slash != ends_with_slash_;
    return result;
}

bool RoutePattern::goes_before(const RoutePattern& other) const noexcept {
    const auto common = std::min(segments_.size(), other.segments_.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto mine = segments_[i].rank();
        const auto theirs = other.segments_[i].rank();
        if (mine != theirs) return mine < theirs;
    }
    if (segments_.size() != other.segments_.size()) return segments_.size() > other.segments_.size();
    return !subtree_ && other.subtree_;
}

bool RoutePattern::same_paths(const RoutePattern& other) const noexcept {
    const auto same = [](const Segment& a, const Segment& b) {
        return a.kind == b.kind && a.prefix == b.prefix && a.suffix == b.suffix;
    };
    return subtree_ == other.subtree_ && (subtree_ || ends_with_slash_ == other.ends_with_slash_) &&
           std::equal(segments_.begin(), segments_.end(), other.segments_.begin(), other.segments_.end(), same);
}

}  // namespace sio::http
