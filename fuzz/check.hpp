#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// What the fuzz targets have in common. A property that does not hold ends the process, which libFuzzer takes for a
// crash and keeps the input of.

#define FUZZ_CHECK(property)                                               \
    do {                                                                   \
        if (!(property)) ::sio::fuzz::fail(#property, __FILE__, __LINE__); \
    } while (false)

namespace sio::fuzz {

[[noreturn]] inline void fail(const char* property, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, property);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Takes values off the front of an input. Behind its end everything is zero.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) noexcept : rest_(text_of(data, size)) {}

    bool empty() const noexcept { return rest_.empty(); }
    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view text(std::size_t size) noexcept {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    /// A text behind its length in one byte.
    std::string_view short_text() noexcept { return text(byte()); }
    std::string_view rest() noexcept { return text(rest_.size()); }

private:
    std::string_view rest_;
};

}  // namespace sio::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
