#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace testbed {

/// The code points of valid UTF-8.
std::vector<std::uint32_t> code_points(std::string_view text);

/// The UTF-8 of code points; what is none becomes U+FFFD.
std::string from_code_points(const std::vector<std::uint32_t>& points);

}  // namespace testbed
