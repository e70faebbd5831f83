#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <sio/error.hpp>
#include <sio/log.hpp>

#include "options.hpp"
#include "servers.hpp"

namespace {

/// Runs the servers until SIGTERM or SIGINT.
void run(const testbed::Options& options) {
    // Blocked before the first thread starts and before anyone is told that the server is ready: a signal that comes
    // early waits for sigwait().
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    std::vector<std::unique_ptr<sio::SocketIOServer>> servers;
    if (options.conformance) {
        servers.push_back(testbed::suite_server(options));
        servers.push_back(testbed::matrix_server(options));
    } else {
        servers.push_back(testbed::common_server(options));
    }
    for (const auto& server : servers) server->start();
    std::cout << "testbed: listening on 127.0.0.1:" << options.port << std::endl;

    int number = 0;
    sigwait(&signals, &number);
    for (const auto& server : servers) server->stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto options = testbed::parse_options({argv + 1, argv + argc});
        if (options.help) {
            std::cout << testbed::usage;
            return 0;
        }
        sio::set_log_level(options.log_level);
        run(options);
        return 0;
    } catch (const testbed::UsageError& error) {
        std::cerr << "testbed: " << error.what() << "; testbed --help tells more\n";
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "testbed: " << error.what() << '\n';
        return 1;
    }
}
