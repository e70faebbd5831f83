#pragma once

#include <memory>
#include <string_view>

namespace sio {

enum class LogLevel { trace, debug, info, warning, error, off };

/// Where sio's log lines go. Implement it to send them to the log of a host application.
///
/// Threads: log() may be called from several shards at once.
class Logger {
public:
    virtual ~Logger() = default;

    /// One line without its newline. `area` says which part of sio speaks: `http`, `session`, `dispatch`, ...
    /// Control characters that came from a peer have been escaped.
    virtual void log(LogLevel level, std::string_view area, std::string_view text) = 0;
    /// Lines below this level are not even put together. Default: `info`.
    virtual LogLevel level() const noexcept { return LogLevel::info; }
};

/// Replaces the process's logger; null restores the default one, which writes to standard error through spdlog.
/// Threads: any; a line that is being written meanwhile goes to the logger that was there before.
void set_logger(std::shared_ptr<Logger> logger);
/// Sets the level of the default logger. No effect on another one.
void set_log_level(LogLevel level);

/// Writes a line to the current logger.
void log(LogLevel level, std::string_view area, std::string_view text);
/// Whether a line of this level would be written.
bool log_enabled(LogLevel level) noexcept;

}  // namespace sio
