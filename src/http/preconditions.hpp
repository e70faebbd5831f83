#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <sio/headers.hpp>

namespace sio::http {

/// What a representation can be told by (RFC 9110, 8.8).
struct Validators {
    /// With its quotes: `"5f2-1a"`, or `W/"..."` for a weak one.
    std::string etag;
    std::chrono::sys_seconds last_modified;
};

enum class Precondition {
    proceed,
    not_modified,  ///< 304
    failed,        ///< 412
};

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110, 13.2.2, for a
/// GET or HEAD of a representation that exists. Dates that cannot be read are passed over.
Precondition evaluate_preconditions(const Headers& request, const Validators& validators, std::chrono::sys_seconds now);

/// Whether a Range may be answered with a part: without If-Range yes, otherwise only when it names this very
/// representation (RFC 9110, 13.1.5).
bool if_range_holds(const Headers& request, const Validators& validators, std::chrono::sys_seconds now);

}  // namespace sio::http
