#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sio/multi_dict.hpp>

namespace sio::http {

/// A value with parameters: `multipart/form-data; boundary="x"`, `form-data; name="a"; filename="b"`.
struct MediaType {
    /// In lower case.
    std::string value;
    /// Names in lower case.
    MultiDict params;
};

/// Nothing when it is malformed: an empty value, a parameter without a value, a string without its closing quote, a
/// parameter twice.
///
/// Within quotes a backslash escapes a quote or a backslash only: browsers once sent whole Windows paths.
std::optional<MediaType> parse_media_type(std::string_view text);

}  // namespace sio::http
