#include "options.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace bench {

const char* const usage = R"(usage: bench_load SCENARIO --port PORT --server PID [OPTION]...

Loads the common app of a server on 127.0.0.1 for a while and prints one line of JSON.

  echo       connections of which each has --in-flight acknowledgements under way
  broadcast  --senders of the connections broadcast to all of them
  rooms      one sender for each of --rooms, into which the connections are spread
  polling    echo over long-polling
  connect    connections opened, joined and closed, --in-flight at a time
  idle       memory of connections that do nothing, which come and go --cycles times

  --connections N  --in-flight N  --payload BYTES  --senders N  --rooms N  --cycles N
  --warm-up SECONDS  --seconds SECONDS
)";

namespace {

template <class T>
T number(const std::string& option, std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        throw UsageError(option + ": '" + std::string(text) + "' is no such number");
    }
    return value;
}

}  // namespace

Options parse_options(int argc, char** argv) {
    Options options;
    options.scenario = argv[1];
    for (int i = 2; i < argc; i += 2) {
        const std::string option = argv[i];
        if (i + 1 == argc) throw UsageError(option + " needs a value");
        const std::string_view value = argv[i + 1];
        if (option == "--port")
            options.port = number<std::uint16_t>(option, value);
        else if (option == "--server")
            options.server = number<int>(option, value);
        else if (option == "--connections")
            options.connections = number<std::size_t>(option, value);
        else if (option == "--in-flight")
            options.in_flight = number<std::size_t>(option, value);
        else if (option == "--payload")
            options.payload = number<std::size_t>(option, value);
        else if (option == "--senders")
            options.senders = number<std::size_t>(option, value);
        else if (option == "--rooms")
            options.rooms = number<std::size_t>(option, value);
        else if (option == "--cycles")
            options.cycles = number<std::size_t>(option, value);
        else if (option == "--warm-up")
            options.warm_up_seconds = number<double>(option, value);
        else if (option == "--seconds")
            options.seconds = number<double>(option, value);
        else
            throw UsageError("unknown option '" + option + "'");
    }
    if (options.port == 0 || options.server == 0) throw UsageError("--port and --server are needed");
    if (options.connections == 0 || options.in_flight == 0 || options.senders == 0 || options.rooms == 0 ||
        options.cycles == 0) {
        throw UsageError("a count must not be zero");
    }
    const std::size_t needed = options.scenario == "rooms"       ? options.rooms
                               : options.scenario == "broadcast" ? options.senders
                                                                 : 1;
    if (options.connections < needed) throw UsageError("more senders or rooms than connections");
    if (options.seconds + options.warm_up_seconds > 600) throw UsageError("ten minutes at most");
    return options;
}

}  // namespace bench
