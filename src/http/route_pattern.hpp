#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::http {

/// A decoded path, cut at its slashes. Views into the path.
struct PathSegments {
    explicit PathSegments(std::string_view whole);

    std::string_view path;
    /// Without the empty one behind a slash at the end. Empty for `/` and for the empty path.
    std::vector<std::string_view> segments;
    bool ends_with_slash = false;
};

/// What a pattern matched: names and views into the path; and how much of the path the pattern itself is.
struct RouteMatch {
    std::vector<std::pair<std::string_view, std::string_view>> params;
    /// Of the path, up to the last segment of the pattern: a mounted app's prefix.
    std::size_t matched_length = 0;
    /// Matches but for a slash too many or too few at the end.
    bool slash_differs = false;
};

/// A route's pattern; the syntax is on sio::Router.
class RoutePattern {
public:
    /// `subtree`: matches every path below, too. Throws std::invalid_argument for a malformed pattern.
    RoutePattern(std::string_view text, bool subtree);

    std::optional<RouteMatch> match(const PathSegments& path) const;

    /// Whether this one is asked before `other` when both could match.
    bool goes_before(const RoutePattern& other) const noexcept;
    /// Whether both match the very same paths.
    bool same_paths(const RoutePattern& other) const noexcept;

private:
    /// In the order of precedence.
    enum class Kind { text, whole_number, segment, rest };
    struct Segment {
        Kind kind = Kind::text;
        /// Kind::text: all of it. Otherwise what stands before the parameter, and behind it.
        std::string prefix;
        std::string suffix;
        std::string name;

        std::optional<std::string_view> match(std::string_view text) const noexcept;
        /// Less is more specific.
        std::pair<int, std::ptrdiff_t> rank() const noexcept;
    };

    static Segment parse_segment(std::string_view text, std::string_view pattern);

    std::vector<Segment> segments_;
    bool ends_with_slash_ = false;
    bool subtree_ = false;
};

}  // namespace sio::http
