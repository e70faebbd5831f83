#include "dispatch/generation_rules.hpp"

#include <sio/json_writer.hpp>

namespace sio::dispatch {

std::string refusal_json(Generation generation, std::string_view message, std::string_view data) {
    if (generation != Generation::eio4 && !data.empty()) return std::string(data);
    std::string json;
    JsonWriter writer(json);
    if (generation != Generation::eio4) {
        writer.string(message);
        return json;
    }
    writer.begin_object();
    writer.key("message");
    writer.string(message);
    if (!data.empty()) {
        writer.key("data");
        writer.raw(data);
    }
    writer.end_object();
    return json;
}

}  // namespace sio::dispatch
