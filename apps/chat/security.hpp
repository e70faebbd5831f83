#pragma once

#include <sio/app.hpp>

namespace chat {

/// Adds the headers that keep a browser from doing more for a page than this site asks for: a Content-Security-Policy
/// with nothing inline and no other host, and its companions; over https with Strict-Transport-Security.
sio::Middleware security_headers();

}  // namespace chat
