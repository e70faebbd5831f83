#include "http/preconditions.hpp"

#include <optional>

#include "http/ascii.hpp"
#include "http/http_date.hpp"

namespace sio::http {
namespace {

std::string_view opaque_tag(std::string_view etag) noexcept { return etag.starts_with("W/") ? etag.substr(2) : etag; }

/// RFC 9110, 8.8.3.2.
bool weakly_equal(std::string_view a, std::string_view b) noexcept { return opaque_tag(a) == opaque_tag(b); }
bool strongly_equal(std::string_view a, std::string_view b) noexcept { return !a.starts_with("W/") && a == b; }

/// Takes the next entity tag off a list. Commas may stand within the quotes. Empty at the end, or at something else.
std::string_view next_etag(std::string_view& list) {
    const auto start = list.find_first_not_of(" \t,");
    if (start == std::string_view::npos) return {};
    list.remove_prefix(start);
    const auto open = list.starts_with("W/") ? std::size_t{2} : std::size_t{0};
    if (open >= list.size() || list[open] != '"') return {};
    const auto close = list.find('"', open + 1);
    if (close == std::string_view::npos) return {};
    const auto etag = list.substr(0, close + 1);
    list.remove_prefix(close + 1);
    return etag;
}

template <class Equal>
bool any_etag(std::string_view list, std::string_view etag, Equal equal) {
    if (util::trim_ows(list) == "*") return true;
    while (true) {
        const auto candidate = next_etag(list);
        if (candidate.empty()) return false;
        if (equal(candidate, etag)) return true;
    }
}

std::optional<std::chrono::sys_seconds> date(const Headers& request, std::string_view name,
                                             std::chrono::sys_seconds now) {
    return parse_http_date(request.get(name), now);
}

}  // namespace

Precondition evaluate_preconditions(const Headers& request, const Validators& validators,
                                    std::chrono::sys_seconds now) {
    if (request.contains("If-Match")) {
        if (!any_etag(request.combined("If-Match"), validators.etag, strongly_equal)) return Precondition::failed;
    } else if (const auto since = date(request, "If-Unmodified-Since", now)) {
        if (validators.last_modified > *since) return Precondition::failed;
    }
    if (request.contains("If-None-Match")) {
        const bool match = any_etag(request.combined("If-None-Match"), validators.etag, weakly_equal);
        return match ? Precondition::not_modified : Precondition::proceed;
    }
    if (const auto since = date(request, "If-Modified-Since", now)) {
        if (validators.last_modified <= *since) return Precondition::not_modified;
    }
    return Precondition::proceed;
}

bool if_range_holds(const Headers& request, const Validators& validators, std::chrono::sys_seconds now) {
    if (!request.contains("If-Range")) return true;
    const auto value = util::trim_ows(request.get("If-Range"));
    if (value.find('"') != std::string_view::npos) return strongly_equal(value, validators.etag);
    // A date is weak unless it is at least a second in the past (8.8.2.2): the file may have changed again within it.
    const auto since = parse_http_date(value, now);
    return since && *since == validators.last_modified && validators.last_modified + std::chrono::seconds(1) < now;
}

}  // namespace sio::http
