#pragma once

#include <cstddef>

namespace bench {

/// What the system says about the server under test.
class ServerProcess {
public:
    explicit ServerProcess(int pid) noexcept : pid_(pid) {}

    /// User and system time of all its threads so far, from /proc/<pid>/stat.
    double cpu_seconds() const;
    /// Its resident memory, from /proc/<pid>/statm.
    std::size_t resident_bytes() const;

private:
    int pid_;
};

}  // namespace bench
