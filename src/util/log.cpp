#include <sio/log.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "util/printable.hpp"

namespace sio {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::trace: return spdlog::level::trace;
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
        case LogLevel::off: return spdlog::level::off;
    }
    return spdlog::level::off;
}

/// A logger of its own, not one of spdlog's registry: a host application that uses spdlog too keeps its
/// settings.
spdlog::logger make_stderr_logger() {
    spdlog::logger logger("sio", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    // Levels are checked before the line gets here.
    logger.set_level(spdlog::level::trace);
    return logger;
}

/// Never destroyed, so that static destructors and detached threads can still log.
spdlog::logger& stderr_logger() {
    static auto& logger = *new spdlog::logger(make_stderr_logger());
    return logger;
}

/// The logger that set_logger() installed. `installed` mirrors whether there is one: the level of the default
/// logger, asked for on hot paths, is then known without the lock.
struct Installed {
    std::mutex mutex;
    std::shared_ptr<Logger> logger;
    std::atomic<bool> installed{false};
    std::atomic<LogLevel> default_level{LogLevel::info};

    std::shared_ptr<Logger> get() {
        if (!installed.load(std::memory_order_acquire)) return nullptr;
        const std::lock_guard lock(mutex);
        return logger;
    }
};

Installed& current() {
    static auto& instance = *new Installed;
    return instance;
}

void write(Logger* logger, LogLevel level, std::string_view area, std::string_view text) {
    if (logger) {
        logger->log(level, area, text);
        return;
    }
    // A finished line: fmt's templates would take more time to compile than the rest of this layer.
    std::string line;
    line.reserve(area.size() + text.size() + 3);
    ((line += '[') += area) += "] ";
    line += text;
    stderr_logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void set_logger(std::shared_ptr<Logger> logger) {
    auto& state = current();
    {
        const std::lock_guard lock(state.mutex);
        state.installed.store(logger != nullptr, std::memory_order_release);
        state.logger.swap(logger);
    }
    // The old logger is destroyed here, outside the lock: its destructor may log.
}

void set_log_level(LogLevel level) { current().default_level.store(level, std::memory_order_relaxed); }

bool log_enabled(LogLevel level) noexcept {
    if (level == LogLevel::off) return false;
    auto& state = current();
    if (const auto logger = state.get()) return level >= logger->level();
    return level >= state.default_level.load(std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view area, std::string_view text) {
    if (level == LogLevel::off) return;
    auto& state = current();
    const auto logger = state.get();
    const auto lowest = logger ? logger->level() : state.default_level.load(std::memory_order_relaxed);
    if (level < lowest) return;
    if (util::is_printable(text)) {
        write(logger.get(), level, area, text);
    } else {
        write(logger.get(), level, area, util::printable(text));
    }
}

}  // namespace sio
