#include "server_process.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace bench {

double ServerProcess::cpu_seconds() const {
    // Of each thread, in nanoseconds: /proc/<pid>/stat counts ticks, of which a second has but a hundred.
    double nanoseconds = 0;
    const auto tasks = std::filesystem::path("/proc") / std::to_string(pid_) / "task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        double running = 0;
        if (std::ifstream(task.path() / "schedstat") >> running) nanoseconds += running;
    }
    return nanoseconds / 1e9;
}

std::size_t ServerProcess::resident_bytes() const {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream file("/proc/" + std::to_string(pid_) + "/statm");
    if (!(file >> total >> resident)) throw std::runtime_error("the server is gone");
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace bench
