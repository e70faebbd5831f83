#include <sio/log.hpp>

#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "util/printable.hpp"

namespace {

struct Recorder : sio::Logger {
    explicit Recorder(sio::LogLevel lowest) : lowest_(lowest) {}
    void log(sio::LogLevel level, std::string_view area, std::string_view text) override {
        lines.push_back(std::to_string(static_cast<int>(level)) + " " + std::string(area) + " " + std::string(text));
    }
    sio::LogLevel level() const noexcept override { return lowest_; }

    std::vector<std::string> lines;

private:
    sio::LogLevel lowest_;
};

/// Restores the default logger, whatever a test did.
struct LoggerGuard {
    ~LoggerGuard() {
        sio::set_logger(nullptr);
        sio::set_log_level(sio::LogLevel::info);
    }
};

}  // namespace

TEST_CASE("a logger of the host application gets the lines at or above its level") {
    const LoggerGuard guard;
    const auto recorder = std::make_shared<Recorder>(sio::LogLevel::warning);
    sio::set_logger(recorder);
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::info));
    CHECK(sio::log_enabled(sio::LogLevel::warning));
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::off));
    sio::log(sio::LogLevel::info, "http", "dropped");
    sio::log(sio::LogLevel::error, "http", "kept");
    sio::log(sio::LogLevel::off, "http", "not a level to log at");
    CHECK(recorder->lines == std::vector<std::string>{"4 http kept"});
}

TEST_CASE("a replaced logger is let go of") {
    const LoggerGuard guard;
    auto recorder = std::make_shared<Recorder>(sio::LogLevel::trace);
    const std::weak_ptr<Recorder> watch = recorder;
    sio::set_logger(std::move(recorder));
    CHECK_FALSE(watch.expired());
    sio::set_logger(nullptr);
    CHECK(watch.expired());
}

TEST_CASE("the level of the default logger can be changed") {
    const LoggerGuard guard;
    CHECK(sio::log_enabled(sio::LogLevel::info));
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::debug));
    sio::set_log_level(sio::LogLevel::debug);
    CHECK(sio::log_enabled(sio::LogLevel::debug));
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::trace));
    sio::set_log_level(sio::LogLevel::off);
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::error));
}

TEST_CASE("control characters of a peer cannot forge a log line") {
    const LoggerGuard guard;
    const auto recorder = std::make_shared<Recorder>(sio::LogLevel::trace);
    sio::set_logger(recorder);
    sio::log(sio::LogLevel::info, "http", "GET /\r\n[http] all is well \x1b[2J");
    CHECK(recorder->lines == std::vector<std::string>{"2 http GET /\\r\\n[http] all is well \\x1b[2J"});
}

TEST_CASE("loggers can be replaced while other threads log") {
    const LoggerGuard guard;
    sio::set_log_level(sio::LogLevel::off);
    struct Counter : sio::Logger {
        void log(sio::LogLevel, std::string_view, std::string_view) override {}
    };
    std::thread writer([] {
        for (int i = 0; i < 2000; ++i) sio::log(sio::LogLevel::info, "test", "line");
    });
    for (int i = 0; i < 200; ++i) {
        sio::set_logger(std::make_shared<Counter>());
        sio::set_logger(nullptr);
    }
    writer.join();
    CHECK_FALSE(sio::log_enabled(sio::LogLevel::error));
}

TEST_CASE("printable() escapes ASCII and C1 controls and nothing else") {
    using sio::util::is_printable;
    using sio::util::printable;
    CHECK(is_printable("plain \xc3\xa9 \xf0\x9f\x98\x80 \\"));
    CHECK_FALSE(is_printable("\x7f"));
    CHECK_FALSE(is_printable(std::string_view("\0", 1)));
    CHECK_FALSE(
        is_printable("a\xc2\x9b"
                     "2J"));
    CHECK(is_printable("\xc2"));
    CHECK(is_printable("\xc2\xa0"));
    CHECK(printable("a\tb\nc\rd") == "a\\tb\\nc\\rd");
    CHECK(printable("\x1b[0m\x7f") == "\\x1b[0m\\x7f");
    CHECK(printable("a\xc2\x9b"
                    "2J") ==
          "a\\xc2\\x9b"
          "2J");
    CHECK(printable("\xc3\xa9\\") == "\xc3\xa9\\");
}
