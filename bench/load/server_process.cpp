#include "server_process.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace bench {

namespace {

std::ifstream open(int pid, const char* name) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/" + name);
    if (!file) throw std::runtime_error("the server is gone");
    return file;
}

}  // namespace

double ServerProcess::cpu_seconds() const {
    std::string line;
    std::getline(open(pid_, "stat"), line);
    // The second field, the name, may hold anything; utime and stime are the 14th and 15th.
    std::string rest = line.substr(line.rfind(')') + 2);
    std::size_t at = 0;
    for (int field = 3; field < 14; ++field) at = rest.find(' ', at) + 1;
    std::size_t used = 0;
    const unsigned long user = std::stoul(rest.substr(at), &used);
    const unsigned long system = std::stoul(rest.substr(at + used));
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::size_t ServerProcess::resident_bytes() const {
    std::size_t total = 0;
    std::size_t resident = 0;
    open(pid_, "statm") >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace bench
