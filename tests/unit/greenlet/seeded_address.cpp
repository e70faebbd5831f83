// Errors of memory in greenlets that AddressSanitizer must report, or it is not watching; see docs/guides/sanitizers.md.
// The argument says which; without one the program is correct and must end well.

#include <cstdio>
#include <memory>
#include <string_view>

#include <sio/greenlet.hpp>

using namespace std::chrono_literals;

namespace {

// A greenlet reads what was freed while it was suspended.
int read_freed(bool wrong) {
    auto owner = std::make_unique<int>(5);
    const int* seen = owner.get();
    auto reader = sio::spawn([seen] {
        sio::sleep(2ms);
        return *seen;
    });
    sio::sleep(1ms);
    if (wrong) owner.reset();
    return reader.get();
}

[[gnu::noinline]] int read_array(int index) {
    volatile char local[16] = {};
    const volatile char* first = local;  // UndefinedBehaviorSanitizer would see the array's size
    return first[index];
}

// A greenlet reads beyond an array on its stack.
int read_beyond(bool wrong) {
    sio::sleep(1ms);
    return read_array(wrong ? 17 : 15);
}

// Somebody reads a local variable of a greenlet that has ended.
int read_ended(bool wrong) {
    const volatile int* seen = nullptr;
    sio::Event end;
    auto child = sio::spawn([&] {
        volatile int local = 7;
        seen = &local;
        end.wait();
    });
    sio::sleep(1ms);
    const int before = *seen;
    end.set();
    child.join();
    sio::sleep(1ms);
    return wrong ? *seen : before;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view seed = argc > 1 ? argv[1] : "none";
    sio::run([&] {
        const int sum = read_freed(seed == "freed") + read_beyond(seed == "beyond") + read_ended(seed == "ended");
        std::printf("no report: %d\n", sum);
    });
}
