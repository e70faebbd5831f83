#include "http/json_levels.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include <sio/detail/stack_left.hpp>

namespace sio::http {

namespace {

// What Boost needs for each level, in the worst of those (bench_stack_use).
constexpr std::size_t stack_bytes_per_level = 256;
constexpr std::size_t max_levels = 100'000;

/// How deep arrays and objects lie within each other, without recursion. Stops beyond `most`.
std::size_t levels_of(const Json& json, std::size_t most) {
    std::vector<std::pair<const Json*, std::size_t>> left{{&json, 1}};
    std::size_t deepest = 0;
    while (!left.empty() && deepest <= most) {
        const auto [value, level] = left.back();
        left.pop_back();
        deepest = std::max(deepest, level);
        const auto add = [&, inner = level + 1](const Json& part) {
            if (part.is_structured()) left.emplace_back(&part, inner);
        };
        if (const auto* array = value->if_array()) {
            for (const auto& item : *array) add(item);
        } else if (const auto* object = value->if_object()) {
            for (const auto& member : *object) add(member.value());
        }
    }
    return deepest;
}

}  // namespace

const Json& fit_for_stack(const Json& json) {
    if (!json.is_structured()) return json;
    const std::size_t most = detail::levels_that_fit(stack_bytes_per_level, max_levels);
    if (levels_of(json, most) > most) {
        throw std::invalid_argument("the value is nested too deeply for what is left of the stack");
    }
    return json;
}

}  // namespace sio::http
