#pragma once

#include <string>
#include <string_view>

namespace sio::http {

/// A decoded path as a URI has it: everything that a path may not hold as itself (RFC 3986, `pchar`) percent-encoded.
std::string encode_path(std::string_view path);

/// Whether a `Location` with this path stays on this host: it begins with exactly one slash. Browsers take `//host` (and
/// `/\host`, which encode_path() rules out) for another host.
bool is_local_path(std::string_view path) noexcept;

}  // namespace sio::http
