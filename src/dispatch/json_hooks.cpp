#include "dispatch/json_hooks.hpp"

#include <exception>
#include <utility>
#include <vector>

#include <sio/detail/stack_left.hpp>
#include <sio/error.hpp>
#include <sio/json.hpp>
#include <sio/log.hpp>

#include "dispatch/json_check.hpp"
#include "util/exception_text.hpp"

namespace sio::dispatch {
namespace {

// Deeper than any limit that received text has been checked against.
constexpr std::size_t max_depth = 256;
// Of the stack, for Boost's parser.
constexpr std::size_t hook_bytes_per_level = 256;

std::string in_brackets(std::string_view text) {
    std::string array = "[";
    array += text;
    array += ']';
    return array;
}

}  // namespace

bool apply_json_loads(const JsonLoads& loads, Args& args) {
    try {
        const boost::json::value value = loads(in_brackets(args.text()));
        if (!value.is_array()) return false;
        std::string text;
        JsonWriter writer(text);
        for (const auto& element : value.get_array()) json_write(writer, element);
        args = Args(std::move(text), args.attachments());
        return true;
    } catch (const std::exception&) {
        log(LogLevel::debug, "dispatch", "json_loads threw " + util::exception_text(std::current_exception()));
        return false;
    }
}

std::string apply_json_dumps(const JsonDumps& dumps, std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = detail::levels_that_fit(hook_bytes_per_level, max_depth);
    std::string dumped = dumps(boost::json::parse(in_brackets(text), {}, options));
    const auto first = dumped.find_first_not_of(" \t\r\n");
    const auto last = dumped.find_last_not_of(" \t\r\n");
    if (first == std::string::npos || dumped[first] != '[' || !is_json(dumped, max_depth)) {
        throw Error(errc::invalid_value, "sio: json_dumps did not write a JSON array");
    }
    return dumped.substr(first + 1, last - first - 1);
}

session::BroadcastPtr DumpedBroadcast::of(const session::BroadcastPtr& packet,
                                          const std::shared_ptr<const ManageOptions>& options) {
    if (options_.lock() == options && packet_.lock() == packet) return dumped_;
    session::BroadcastPtr made;  // which takes the place only in the end: json_dumps may send something itself
    try {
        const std::string text = apply_json_dumps(options->json_dumps, packet->packet().data);
        wire::PacketView view = packet->packet();
        view.data = text;
        made = std::make_shared<const session::Broadcast>(view);
    } catch (...) {
        log(LogLevel::error, "dispatch",
            "a broadcast is not sent: json_dumps threw " + util::exception_text(std::current_exception()));
    }
    packet_ = packet;
    options_ = options;
    dumped_ = made;
    return made;
}

}  // namespace sio::dispatch
