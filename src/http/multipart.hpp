#pragma once

#include <string_view>

#include <sio/form.hpp>

namespace sio::http {

/// Reads a multipart/form-data body (RFC 7578, RFC 2046 5.1). Throws HttpError: 400 malformed, 413 beyond a limit.
Form parse_multipart(std::string_view body, std::string_view boundary, const FormLimits& limits);

}  // namespace sio::http
