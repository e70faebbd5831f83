// A race between greenlets of two loops that ThreadSanitizer must report, or it is not watching; see
// docs/guides/sanitizers.md. Without the argument `race` the program is correct and must end well.

#include <cstdio>
#include <string_view>
#include <thread>

#include <sio/greenlet.hpp>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
    const bool race = argc > 1 && std::string_view(argv[1]) == "race";
    int shared = 0;
    sio::Semaphore mutex;
    const auto count = [&] {
        for (int i = 0; i < 200; ++i) {
            if (!race) mutex.acquire();
            ++shared;
            if (!race) mutex.release();
            sio::sleep(i % 10 ? 0ms : 1ms);
        }
    };
    std::thread other([&] { sio::run(count); });
    sio::run(count);
    other.join();
    std::printf("end: %d\n", shared);
}
