// What a Redis server sends: the same values in whatever pieces it comes, nothing beyond the limits, and errors of two
// kinds only.

#include <algorithm>
#include <string>
#include <vector>

#include <sio/error.hpp>

#include "check.hpp"
#include "database/redis/reply_parser.hpp"

using sio::redis::ReplyLimits;
using sio::redis::ReplyParser;
using sio::redis::Value;

namespace {

constexpr ReplyLimits limits{.max_depth = 8, .max_elements = 1000, .max_bytes = 3000};

struct Outcome {
    // Described, not kept: NaN is not equal to itself.
    std::vector<std::string> values;
    std::string error;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::size_t depth_of(const Value& value) {
    std::size_t depth = 0;
    if (value.is_aggregate()) {
        for (const Value& item : value.items()) depth = std::max(depth, depth_of(item));
        ++depth;
        FUZZ_CHECK(value.kind() != Value::Kind::map || value.items().size() % 2 == 0);
        FUZZ_CHECK(value.items().size() <= limits.max_elements);
    }
    return depth;
}

Outcome parse(std::string_view bytes, std::size_t piece) {
    Outcome outcome;
    ReplyParser parser(limits);
    try {
        while (!bytes.empty()) {
            std::string_view input = bytes.substr(0, piece);
            bytes.remove_prefix(input.size());
            while (parser.feed(input)) {
                const Value value = parser.take();
                FUZZ_CHECK(depth_of(value) <= limits.max_depth + 1);  // empty aggregates are not entered
                outcome.values.push_back(value.describe());
            }
            FUZZ_CHECK(input.empty());
        }
    } catch (const sio::Error& error) {
        FUZZ_CHECK(error.code() == sio::errc::invalid_value || error.code() == sio::errc::limit_exceeded);
        outcome.error = error.code().message();
    }
    return outcome;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::size_t piece = 1 + input.byte() % 16;
    const std::string_view bytes = input.rest();
    FUZZ_CHECK(parse(bytes, bytes.size() + 1) == parse(bytes, piece));
    return 0;
}
