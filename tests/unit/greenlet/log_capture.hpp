#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <sio/log.hpp>

/// Keeps what is logged while it lives.
class LogCapture {
public:
    LogCapture() : lines_(std::make_shared<Lines>()) { sio::set_logger(lines_); }
    ~LogCapture() { sio::set_logger(nullptr); }

    /// How many lines contain `text`.
    int count(std::string_view text) const {
        const std::lock_guard lock(lines_->mutex);
        int n = 0;
        for (const std::string& line : lines_->texts) n += line.find(text) != std::string::npos;
        return n;
    }

private:
    struct Lines final : sio::Logger {
        void log(sio::LogLevel, std::string_view, std::string_view text) override {
            const std::lock_guard lock(mutex);
            texts.emplace_back(text);
        }
        mutable std::mutex mutex;
        std::vector<std::string> texts;
    };
    std::shared_ptr<Lines> lines_;
};
