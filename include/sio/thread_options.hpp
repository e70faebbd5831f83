#pragma once

#include <cstddef>

namespace sio {

/// Threads of a loop for calls that block, which are started as such calls come. Each kind has its own, so that slow name servers
/// do not stop files, nor sign-ins databases. Each 1 to 1024.
///
/// With several workers (ServerOptions::workers) each has as many.
struct ThreadOptions {
    /// For sio::offload(). Default: 4.
    std::size_t offload = 4;
    /// For File, static files and templates. Default: 4.
    std::size_t files = 4;
    /// For SQLite, and what PostgreSQL has to be told beside a connection. Default: 4.
    std::size_t databases = 4;
    /// For resolve() and whatever connects by name. One that a name server does not answer takes its thread for 5 s to 30 s.
    /// Default: 16.
    std::size_t lookups = 16;
    /// For hash_password() and verify_password(), which take 32 MB each while they run. Default: 2.
    std::size_t passwords = 2;
};

}  // namespace sio
