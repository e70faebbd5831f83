#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sio/args.hpp>
#include <sio/manage.hpp>

#include "session/broadcast.hpp"

// ManageOptions::json_loads and json_dumps at work: between sio's own texts and the application's dialect.

namespace sio::dispatch {

using JsonLoads = decltype(ManageOptions::json_loads);
using JsonDumps = decltype(ManageOptions::json_dumps);

/// Reads the arguments with the application's function. False when it throws, or returns no array.
bool apply_json_loads(const JsonLoads& loads, Args& args);

/// The arguments `text` as the application's function writes them, without the brackets. Throws what it throws, and
/// Error(errc::invalid_value) when it writes no array.
std::string apply_json_dumps(const JsonDumps& dumps, std::string_view text);

/// What many are sent, as it is for those who share these options: made once for as long as nothing else is asked for. Null
/// when their json_dumps throws or writes no array, which is logged.
class DumpedBroadcast {
public:
    session::BroadcastPtr of(const session::BroadcastPtr& packet, const std::shared_ptr<const ManageOptions>& options);

private:
    std::weak_ptr<const session::Broadcast> packet_;
    std::weak_ptr<const ManageOptions> options_;
    session::BroadcastPtr dumped_;
};

}  // namespace sio::dispatch
