#include "options.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace chat {
namespace {

struct Flag {
    const char* name;
    const char* value;  ///< what stands for its value in the help; null: it takes none
    const char* variable;
    const char* help;
    void (*apply)(Options&, const std::string& value);
};

std::string read_secret_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream content;
    if (!file || !(content << file.rdbuf())) throw OptionsError("cannot read " + path);
    auto text = content.str();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) throw OptionsError(path + " is empty");
    return text;
}

template <class T>
T parse_number(const std::string& text, T least, T most, const char* what) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
        throw OptionsError("\"" + text + "\" is no " + what + ": give a number from " + std::to_string(least) + " to " +
                           std::to_string(most));
    }
    return number;
}

sio::LogLevel parse_level(const std::string& text) {
    constexpr std::pair<std::string_view, sio::LogLevel> levels[] = {
        {"trace", sio::LogLevel::trace},     {"debug", sio::LogLevel::debug}, {"info", sio::LogLevel::info},
        {"warning", sio::LogLevel::warning}, {"error", sio::LogLevel::error}, {"off", sio::LogLevel::off},
    };
    for (const auto& [name, level] : levels) {
        if (text == name) return level;
    }
    throw OptionsError("\"" + text + "\" is no log level: give trace, debug, info, warning, error or off");
}

void add_all(std::vector<std::string>& list, const std::string& text) {
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        if (!part.empty()) list.push_back(part);
    }
}

void add_origins(Options& options, const std::string& text) {
    const auto first = options.origins.size();
    add_all(options.origins, text);
    for (auto index = first; index < options.origins.size(); ++index) {
        const auto& origin = options.origins[index];
        const auto host = origin.find("://");
        const bool http = origin.starts_with("http://") || origin.starts_with("https://");
        if (!http || origin.find('/', host + 3) != std::string::npos || origin.size() == host + 3) {
            throw OptionsError("\"" + origin + "\" is no origin: give one as https://chat.example.org");
        }
    }
}

constexpr Flag flags[] = {
    {"--host", "ADDRESS", "CHAT_HOST",
     "listen here (127.0.0.1); 0.0.0.0 or :: for every network, unix:PATH for a socket",
     [](Options& options, const std::string& value) { options.host = value; }},
    {"--port", "PORT", "CHAT_PORT", "listen on this port (5000); 0 for any that is free",
     [](Options& options, const std::string& value) {
         options.port = parse_number<std::uint16_t>(value, 0, 65535, "port");
     }},
    {"--database", "FILE", "CHAT_DATABASE", "rooms, users and messages (chat.db); made at the first start",
     [](Options& options, const std::string& value) { options.database = value; }},
    {"--admin-password", "PASSWORD", "CHAT_ADMIN_PASSWORD",
     "for /admin, which is off without one; as it is, or as sio::hash_password() stores it.\n"
     "      Others on this machine can see flags: better use the variable or the file",
     [](Options& options, const std::string& value) { options.admin_password = value; }},
    {"--admin-password-file", "FILE", "CHAT_ADMIN_PASSWORD_FILE", "the same, read from a file",
     [](Options& options, const std::string& value) { options.admin_password = read_secret_file(value); }},
    {"--secret-key", "KEY", "CHAT_SECRET_KEY", "signs cookies, 32 characters or more (kept in the database)",
     [](Options& options, const std::string& value) { options.secret_key = value; }},
    {"--secret-key-file", "FILE", "CHAT_SECRET_KEY_FILE", "the same, read from a file",
     [](Options& options, const std::string& value) { options.secret_key = read_secret_file(value); }},
    {"--origin", "URL", "CHAT_ORIGINS", "another site whose pages may connect; repeat it, or put commas between",
     add_origins},
    {"--proxies", "COUNT", "CHAT_PROXIES",
     "how many proxies stand in front; their X-Forwarded-* fields are believed (0)",
     [](Options& options, const std::string& value) {
         options.proxies = parse_number<int>(value, 0, 9, "count of proxies");
     }},
    {"--workers", "COUNT", "CHAT_WORKERS", "threads that serve (1), as many as there are cores to spare",
     [](Options& options, const std::string& value) {
         options.workers = parse_number<std::size_t>(value, 1, 64, "count of workers");
     }},
    {"--metrics", "PATH", "CHAT_METRICS", "serve OpenMetrics there, as /metrics, to whoever asks (off)",
     [](Options& options, const std::string& value) {
         if (!value.starts_with('/')) throw OptionsError("\"" + value + "\" is no path: give one as /metrics");
         options.metrics_path = value;
     }},
    {"--tls-cert", "FILE", "CHAT_TLS_CERT", "certificate chain, PEM; with --tls-key: https and wss",
     [](Options& options, const std::string& value) { options.tls_certificate = value; }},
    {"--tls-key", "FILE", "CHAT_TLS_KEY", "its private key, PEM",
     [](Options& options, const std::string& value) { options.tls_key = value; }},
    {"--static-dir", "DIRECTORY", "CHAT_STATIC_DIR", "style sheets and scripts",
     [](Options& options, const std::string& value) { options.static_dir = value; }},
    {"--templates-dir", "DIRECTORY", "CHAT_TEMPLATES_DIR", "pages",
     [](Options& options, const std::string& value) { options.templates_dir = value; }},
    {"--modules-dir", "DIRECTORY", "CHAT_MODULES_DIR", "node_modules with socket.io-client and the font",
     [](Options& options, const std::string& value) { options.modules_dir = value; }},
    {"--log-level", "LEVEL", "CHAT_LOG_LEVEL", "trace, debug, info, warning, error or off (info)",
     [](Options& options, const std::string& value) { options.log_level = parse_level(value); }},
    {"--version", nullptr, nullptr, "print the version and exit",
     [](Options& options, const std::string&) { options.show_version = true; }},
    {"--help", nullptr, nullptr, "print this and exit",
     [](Options& options, const std::string&) { options.show_help = true; }},
};

const Flag& find_flag(const std::string& name) {
    for (const auto& flag : flags) {
        if (name == flag.name || (name == "-h" && std::string_view(flag.name) == "--help")) return flag;
    }
    throw OptionsError("unknown option " + name + "; --help lists them");
}

void check(const Options& options) {
    if (options.tls_certificate.empty() != options.tls_key.empty()) {
        throw OptionsError("--tls-cert and --tls-key go together");
    }
    if (!options.secret_key.empty() && options.secret_key.size() < 32) {
        throw OptionsError("the secret key is too short: 32 characters or more");
    }
    if (options.database.empty()) throw OptionsError("--database needs a file");
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments, const ReadEnvironment& environment) {
    Options options;
    options.static_dir = CHAT_DATA_DIR "/static";
    options.templates_dir = CHAT_DATA_DIR "/templates";
    options.modules_dir = CHAT_MODULES_DIR;

    for (const auto& flag : flags) {
        const char* value = flag.variable ? environment(flag.variable) : nullptr;
        if (!value || !*value) continue;
        try {
            flag.apply(options, value);
        } catch (const OptionsError& error) {
            throw OptionsError(std::string(flag.variable) + ": " + error.what());
        }
    }

    bool origins_given = false;
    for (auto next = arguments.begin(); next != arguments.end(); ++next) {
        const auto equals = next->find('=');
        const auto name = next->substr(0, equals);
        if (!name.starts_with("-")) throw OptionsError("\"" + name + "\" is no option; --help lists them");
        const auto& flag = find_flag(name);
        std::string value;
        if (!flag.value) {
            if (equals != std::string::npos) throw OptionsError(name + " takes no value");
        } else if (equals != std::string::npos) {
            value = next->substr(equals + 1);
        } else if (++next != arguments.end()) {
            value = *next;
        } else {
            throw OptionsError(name + " needs a value");
        }
        // A list on the command line replaces the one from the environment.
        if (name == "--origin" && !std::exchange(origins_given, true)) options.origins.clear();
        try {
            flag.apply(options, value);
        } catch (const OptionsError& error) {
            throw OptionsError(name + ": " + error.what());
        }
    }
    check(options);
    return options;
}

std::string help_text() {
    std::string text =
        "Usage: chat [OPTION]...\n"
        "\n"
        "A chat in rooms, for the browser: open the address that it prints.\n"
        "Each option may also come from the environment variable named with it.\n";
    for (const auto& flag : flags) {
        text += std::string("\n  ") + flag.name;
        if (flag.value) text += std::string(" ") + flag.value;
        if (flag.variable) text += std::string("    ") + flag.variable;
        text += std::string("\n      ") + flag.help + "\n";
    }
    return text;
}

std::string greeting(const Options& options, std::uint16_t port) {
    if (options.host.starts_with("unix:")) return "The chat listens at " + options.host;
    // An address that stands for all of them is none that a browser could open.
    const bool everywhere = options.host.empty() || options.host == "0.0.0.0" || options.host == "::";
    auto host = everywhere ? std::string("localhost") : options.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    const auto scheme = options.tls_certificate.empty() ? "http" : "https";
    return std::string("The chat is open at ") + scheme + "://" + host + ":" + std::to_string(port) + "/";
}

}  // namespace chat
