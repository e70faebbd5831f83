#include <doctest/doctest.h>

#include <csignal>
#include <thread>

#include "server/stop_signal.hpp"

using sio::server::StopSignal;

TEST_CASE("a signal is caught once, and its former disposition is back then") {
    static int seen = 0;
    std::signal(SIGINT, [](int) { ++seen; });
    {
        StopSignal stop(true);
        std::raise(SIGINT);
        CHECK(stop.wait() == SIGINT);
        CHECK(seen == 0);
        std::raise(SIGINT);
        CHECK(seen == 1);
    }
    std::signal(SIGINT, SIG_DFL);
}

TEST_CASE("a call from another thread ends the wait without a signal") {
    for (const bool handle_signals : {true, false}) {
        StopSignal stop(handle_signals);
        std::thread other([&] { stop.raise(); });
        CHECK(stop.wait() == 0);
        other.join();
    }
}

TEST_CASE("dispositions come back when no signal came") {
    static int seen = 0;
    std::signal(SIGTERM, [](int) { ++seen; });
    {
        StopSignal stop(true);
    }
    std::raise(SIGTERM);
    CHECK(seen == 1);
    std::signal(SIGTERM, SIG_DFL);
}
