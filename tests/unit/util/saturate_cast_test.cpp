#include "util/saturate_cast.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using sio::util::saturate_cast;

TEST_CASE("a number that fits stays as it is, one that does not becomes the nearest that does") {
    CHECK(saturate_cast<std::uint32_t>(std::uint64_t{0xffff'ffff}) == 0xffff'ffffU);
    CHECK(saturate_cast<std::uint32_t>(std::uint64_t{0x1'0000'0000}) == 0xffff'ffffU);
    CHECK(saturate_cast<std::uint32_t>(std::int64_t{-1}) == 0U);
    CHECK(saturate_cast<std::int8_t>(-129) == -128);
    CHECK(saturate_cast<std::int8_t>(128U) == 127);
    CHECK(saturate_cast<std::int64_t>(UINT64_MAX) == INT64_MAX);
    CHECK(saturate_cast<std::uint64_t>(INT64_MIN) == 0U);
}
