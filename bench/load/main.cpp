#include <sys/resource.h>

#include <array>
#include <exception>
#include <iostream>
#include <utility>

#include "scenarios.hpp"

namespace {

using Scenario = std::string (*)(bench::Run&);

constexpr std::array<std::pair<std::string_view, Scenario>, 6> scenarios = {{
    {"echo", bench::run_echo},
    {"broadcast", bench::run_broadcast},
    {"rooms", bench::run_rooms},
    {"polling", bench::run_polling},
    {"connect", bench::run_connect},
    {"idle", bench::run_idle},
}};

Scenario find_scenario(std::string_view name) {
    for (const auto& [known, scenario] : scenarios) {
        if (known == name) return scenario;
    }
    throw bench::UsageError("unknown scenario '" + std::string(name) + "'");
}

/// As many connections as the system lets this process have.
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 2 || std::string_view(argv[1]) == "--help") {
            std::cout << bench::usage;
            return argc < 2 ? 2 : 0;
        }
        const auto options = bench::parse_options(argc, argv);
        const Scenario scenario = find_scenario(options.scenario);
        raise_file_limit();
        bench::Run run(options);
        std::cout << scenario(run) << std::endl;
        return 0;
    } catch (const bench::UsageError& error) {
        std::cerr << "bench_load: " << error.what() << "; bench_load --help tells more\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "bench_load: " << error.what() << '\n';
        return 1;
    }
}
