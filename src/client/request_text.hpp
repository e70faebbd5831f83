#pragma once

#include <string>
#include <string_view>

#include <sio/headers.hpp>

namespace sio::client {

/// `fields`, each replaced by those of its name in `given`, and the rest of `given`.
Headers with_given(Headers fields, const Headers& given);

/// The head of an HTTP/1.1 request.
std::string request_text(std::string_view method, std::string_view target, const Headers& fields);

}  // namespace sio::client
