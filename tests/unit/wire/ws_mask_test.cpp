#include "wire/ws_mask.hpp"

#include <doctest/doctest.h>

#include <string>

namespace sio::wire {
namespace {

TEST_CASE("a mask goes over any length and begins at any of its bytes") {
    const std::uint32_t mask = 0x04c3b2a1;
    for (std::size_t size = 0; size < 80; ++size) {
        for (std::size_t phase = 0; phase < 9; ++phase) {
            std::string bytes(size, '\0');
            ws_apply_mask(bytes.data(), size, mask, phase);
            for (std::size_t i = 0; i < size; ++i) {
                CHECK(static_cast<unsigned char>(bytes[i]) == (mask >> ((i + phase) % 4 * 8) & 0xff));
            }
        }
    }
}

TEST_CASE("applying a mask tells whether the result is ASCII, wherever it is not") {
    for (std::size_t size = 1; size < 70; ++size) {
        for (std::size_t other = 0; other <= size; ++other) {
            std::string text(size, 'a');
            if (other < size) text[other] = static_cast<char>(0x80);
            ws_apply_mask(text.data(), size, 0xfedcba98);
            CHECK(ws_apply_mask(text.data(), size, 0xfedcba98) == (other == size));
        }
    }
}

}  // namespace
}  // namespace sio::wire
