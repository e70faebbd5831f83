#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <sio/log.hpp>

namespace chat {

/// What the command line and the environment say. A flag goes before its variable, that before the default.
struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 5000;
    std::string database = "chat.db";
    std::string static_dir;
    std::string templates_dir;
    /// Where `npm` has put the client bundle and the font.
    std::string modules_dir;
    /// Empty: the administration is switched off.
    std::string admin_password;
    /// Signs cookies. Empty: one is made at the first start and kept in the database.
    std::string secret_key;
    sio::LogLevel log_level = sio::LogLevel::info;
    /// Origins of other sites whose pages may connect.
    std::vector<std::string> origins;
    /// How many proxies stand in front, whose X-Forwarded-* fields are believed. 0: none.
    int proxies = 0;
    /// Threads that serve.
    std::size_t workers = 1;
    /// Where OpenMetrics are served; empty: nowhere.
    std::string metrics_path;
    std::string tls_certificate;
    std::string tls_key;

    bool show_help = false;
    bool show_version = false;
};

/// A mistake in the options; `what()` is one line for the person who made it.
class OptionsError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using ReadEnvironment = std::function<const char*(const char* name)>;

/// Throws OptionsError. `arguments` without the program's name. Reads the files of `--...-file`.
Options parse_options(const std::vector<std::string>& arguments, const ReadEnvironment& environment);

std::string help_text();

/// What is printed once the chat serves: the address to open.
std::string greeting(const Options& options, std::uint16_t port);

}  // namespace chat
