#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <sio/detail/wait_queue.hpp>

namespace sio::sqlite {

/// How a Connection opens its database.
struct Options {
    /// The file, which is created when it is missing. `:memory:` and the empty path are databases of the connection's own.
    std::string path;
    /// Never writes; the file must exist. Default: no.
    bool read_only = false;
    /// Sets `journal_mode = WAL` and `synchronous = NORMAL`: readers and the one writer do not stop each other, and a commit
    /// does not wait for the disk (the last ones may be lost when the machine goes down, never when the process does). The
    /// file stays in that mode. Default: yes.
    bool wal = true;
    /// Checks `REFERENCES`, which SQLite by itself does not. Default: yes.
    bool foreign_keys = true;
    /// How long a statement waits for another connection's lock before it fails with SQLITE_BUSY. The greenlet waits, not
    /// a thread. Default: 5 s. Zero: not at all.
    Duration busy_timeout = std::chrono::seconds(5);
    /// Prepared statements that are kept, those used last. Default: 64. Zero: none.
    std::size_t statement_cache = 64;
};

}  // namespace sio::sqlite
