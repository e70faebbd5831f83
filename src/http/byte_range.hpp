#pragma once

#include <cstdint>
#include <string_view>

namespace sio::http {

/// What a `Range` field asks for (RFC 9110, 14.2).
struct RangeRequest {
    enum class Answer {
        whole,          ///< 200: no range, one that is malformed or of another unit, or several that do not touch
        part,           ///< 206
        unsatisfiable,  ///< 416
    };
    Answer answer = Answer::whole;
    /// Answer::part: where it begins and how long it is.
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Reads the field's value for a representation of `size` bytes.
///
/// Several ranges that overlap or touch are answered as one. Others are answered with the whole: RFC 9110 leaves that to
/// the server, a multipart/byteranges body is for few clients, and many small ranges are an attack.
RangeRequest parse_range(std::string_view field, std::uint64_t size);

}  // namespace sio::http
