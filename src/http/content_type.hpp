#pragma once

#include <string_view>

namespace sio::http {

/// The content type that goes with a file name's extension, `application/octet-stream` for an unknown one. Text is
/// declared as UTF-8.
std::string_view content_type_of(std::string_view filename) noexcept;

/// Whether files of this type shrink when compressed, so that a `.gz` or `.br` beside them is worth a look.
bool is_compressible(std::string_view content_type) noexcept;

}  // namespace sio::http
