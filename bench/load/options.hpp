#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace bench {

/// The command line of the generator. Everything that a scenario may be told; each uses what concerns it.
struct Options {
    std::string scenario;
    std::uint16_t port = 0;
    /// Process id of the server, whose CPU time and memory are read.
    int server = 0;
    std::size_t connections = 100;
    /// Requests that each sender has under way.
    std::size_t in_flight = 1;
    /// Bytes of text in each message.
    std::size_t payload = 32;
    std::size_t senders = 1;
    std::size_t rooms = 200;
    /// How often idle connections come and go.
    std::size_t cycles = 1;
    double warm_up_seconds = 0.5;
    double seconds = 2;
};

class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// `argv[1]` is the scenario. Throws UsageError.
Options parse_options(int argc, char** argv);

extern const char* const usage;

}  // namespace bench
