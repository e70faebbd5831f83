#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/log.hpp>
#include <sio/server.hpp>

namespace testbed {

/// The command line. What was not given is left to the server that it would apply to.
struct Options {
    std::uint16_t port = 0;
    bool conformance = false;
    bool help = false;
    std::optional<std::chrono::milliseconds> ping_interval;
    std::optional<std::chrono::milliseconds> ping_timeout;
    std::optional<std::chrono::seconds> heartbeat_interval;
    std::optional<std::chrono::seconds> heartbeat_timeout;
    std::optional<std::chrono::seconds> close_timeout;
    std::optional<std::size_t> max_payload;
    std::string transports;
    std::vector<std::string> allowed_origins;
    std::size_t workers = 1;
    bool compression = false;
    bool metrics = false;
    sio::TlsOptions tls;
    sio::LogLevel log_level = sio::LogLevel::warning;

    /// Overrides what a server would do by itself.
    void apply(sio::EngineOptions& engine) const;
};

/// What is wrong with a command line, as one line.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws UsageError.
Options parse_options(const std::vector<std::string>& arguments);

extern const char* const usage;

}  // namespace testbed
