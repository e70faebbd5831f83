#pragma once

#include <sio/app.hpp>
#include <sio/http_compression.hpp>

namespace sio {

/// Compresses what the app answers with gzip, for clients that accept it: text, JSON, scripts and the like, from the
/// threshold on.
///
///     auto app = sio::wrap(router, {sio::compress()});
///
/// Strings and files, but no streamed bodies, no ranges, and nothing that has a `Content-Encoding` already, or the
/// directive `no-transform`. A file is read and compressed for each request, on the threads for files, piece by piece while it is
/// sent: put compressed files beside those that are asked for often (StaticFiles). Who does not accept gzip gets the file as it is.
/// A strong ETag becomes a weak one.
Middleware compress(HttpCompression options = {});

}  // namespace sio
