#include "options.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace testbed {

const char* const usage = R"(usage: testbed PORT [--conformance] [OPTION]...

Listens on 127.0.0.1, prints one line when it is ready, stops on SIGTERM.

  PORT                  the common app; with --conformance the suite port, and the matrix port on PORT+1
  --ping-interval MS    how often the server pings
  --ping-timeout MS     how long a client may take to answer
  --heartbeat-interval S, --heartbeat-timeout S
                        the same for 0.9 clients
  --close-timeout S     how long a closing session waits for its client, and a 0.9 session without a connection
  --max-payload BYTES   largest message, and largest body of a POST
  --transports A,B      of polling and websocket, and of those of 0.9 clients
  --allowed-origin URL  a page that may connect from another origin; may be given several times
  --tls CERT KEY        serve https and wss, with these PEM files
  --log-level L         trace, debug, info, warning, error or off; default: warning
  --workers N           threads that connections are spread over; default: 1
  --compression         permessage-deflate for those who offer it
  --metrics             serve OpenMetrics text at /metrics
)";

namespace {

/// Steps through the command line.
class Arguments {
public:
    explicit Arguments(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    bool at_end() const { return next_ == arguments_.size(); }
    const std::string& next() { return arguments_[next_++]; }
    const std::string& value(const std::string& option) {
        if (at_end()) throw UsageError(option + " needs a value");
        return next();
    }
    template <class T>
    T number(const std::string& option, T least, T most = std::numeric_limits<T>::max()) {
        return parse<T>(option, value(option), least, most);
    }
    template <class T>
    static T parse(const std::string& what, std::string_view text, T least, T most) {
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
            throw UsageError(what + ": expected a number from " + std::to_string(least) + " to " +
                             std::to_string(most) + ", got '" + std::string(text) + "'");
        }
        return value;
    }

private:
    const std::vector<std::string>& arguments_;
    std::size_t next_ = 0;
};

constexpr int longest_seconds = 24 * 60 * 60;
constexpr int longest_milliseconds = longest_seconds * 1000;

std::string parse_transports(const std::string& names) {
    try {
        sio::EngineOptions probe;
        sio::allow_transports(probe, names);
    } catch (const std::invalid_argument& error) {
        throw UsageError("--transports: " + std::string(error.what()));
    }
    return names;
}

sio::LogLevel parse_log_level(std::string_view name) {
    using enum sio::LogLevel;
    constexpr std::array<std::pair<std::string_view, sio::LogLevel>, 6> levels = {
        {{"trace", trace}, {"debug", debug}, {"info", info}, {"warning", warning}, {"error", error}, {"off", off}}};
    for (const auto& [known, level] : levels) {
        if (known == name) return level;
    }
    throw UsageError("--log-level: unknown level '" + std::string(name) + "'");
}

}  // namespace

void Options::apply(sio::EngineOptions& engine) const {
    engine.ping_interval = ping_interval.value_or(engine.ping_interval);
    engine.ping_timeout = ping_timeout.value_or(engine.ping_timeout);
    if (heartbeat_interval) engine.v09.heartbeat_interval = *heartbeat_interval;
    if (heartbeat_timeout) engine.v09.heartbeat_timeout = *heartbeat_timeout;
    if (close_timeout) engine.close_timeout = engine.v09.close_timeout = *close_timeout;
    engine.max_payload_bytes = max_payload.value_or(engine.max_payload_bytes);
    if (!transports.empty()) sio::allow_transports(engine, transports);
    if (!allowed_origins.empty()) engine.cors.allowed_origins = allowed_origins;
}

Options parse_options(const std::vector<std::string>& given) {
    Options options;
    Arguments arguments(given);
    bool has_port = false;
    while (!arguments.at_end()) {
        const std::string& option = arguments.next();
        if (option == "--help" || option == "-h") {
            options.help = true;
            return options;
        } else if (option == "--conformance") {
            options.conformance = true;
        } else if (option == "--ping-interval") {
            options.ping_interval = std::chrono::milliseconds(arguments.number(option, 1, longest_milliseconds));
        } else if (option == "--ping-timeout") {
            options.ping_timeout = std::chrono::milliseconds(arguments.number(option, 1, longest_milliseconds));
        } else if (option == "--heartbeat-interval") {
            options.heartbeat_interval = std::chrono::seconds(arguments.number(option, 1, longest_seconds));
        } else if (option == "--heartbeat-timeout") {
            options.heartbeat_timeout = std::chrono::seconds(arguments.number(option, 1, longest_seconds));
        } else if (option == "--close-timeout") {
            options.close_timeout = std::chrono::seconds(arguments.number(option, 1, longest_seconds));
        } else if (option == "--max-payload") {
            options.max_payload = arguments.number<std::size_t>(option, 1);
        } else if (option == "--transports") {
            options.transports = parse_transports(arguments.value(option));
        } else if (option == "--allowed-origin") {
            options.allowed_origins.push_back(arguments.value(option));
        } else if (option == "--tls") {
            options.tls.certificate_file = arguments.value(option);
            options.tls.private_key_file = arguments.value(option);
        } else if (option == "--log-level") {
            options.log_level = parse_log_level(arguments.value(option));
        } else if (option == "--workers") {
            options.workers = arguments.number<std::size_t>(option, 1, 64);
        } else if (option == "--compression") {
            options.compression = true;
        } else if (option == "--metrics") {
            options.metrics = true;
        } else if (!has_port && !option.starts_with('-')) {
            options.port = Arguments::parse<std::uint16_t>("PORT", option, 1, 65534);
            has_port = true;
        } else {
            throw UsageError("unknown option '" + option + "'");
        }
    }
    if (!has_port) throw UsageError("PORT is missing");
    return options;
}

}  // namespace testbed
