#pragma once

#include <sio/json_fwd.hpp>

namespace sio::http {

/// `json` itself, which Boost can then serialise, copy or compare: those are recursive. Throws std::invalid_argument when it is
/// nested too deeply for what is left of the stack.
const Json& fit_for_stack(const Json& json);
const Json& fit_for_stack(const Json&&) = delete;

}  // namespace sio::http
