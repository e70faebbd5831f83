#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sio/args.hpp>
#include <sio/broadcast_operator.hpp>
#include <sio/manage.hpp>

// ManageOptions::json_loads and json_dumps at work: between sio's own texts and the application's dialect.

namespace sio::dispatch {

using JsonLoads = decltype(ManageOptions::json_loads);
using JsonDumps = decltype(ManageOptions::json_dumps);

/// Reads the arguments with the application's function. False when it throws, or returns no array.
bool apply_json_loads(const JsonLoads& loads, Args& args);

/// The arguments `text` as the application's function writes them, without the brackets. Throws what it throws, and
/// Error(errc::invalid_value) when it writes no array.
std::string apply_json_dumps(const JsonDumps& dumps, std::string_view text);

/// `scope` with json_dumps before it.
std::shared_ptr<detail::BroadcastScope> with_json_dumps(std::shared_ptr<detail::BroadcastScope> scope, JsonDumps dumps);

}  // namespace sio::dispatch
