#pragma once

#include <string>
#include <string_view>

#include <sio/headers.hpp>

#include "util/ascii.hpp"

namespace sio::http {

/// Adds a name to the `Vary` list, unless it is there.
inline void add_vary(Headers& headers, std::string_view name) {
    auto list = headers.combined("Vary");
    if (util::list_has_token(list, name) || util::list_has_token(list, "*")) return;
    if (!list.empty()) list += ", ";
    headers.set("Vary", list.append(name));
}

}  // namespace sio::http
