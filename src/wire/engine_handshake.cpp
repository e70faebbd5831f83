#include "wire/engine_handshake.hpp"

#include <algorithm>
#include <cstdint>

#include "util/decimal.hpp"
#include "wire/json_text.hpp"

namespace sio::wire {

void append_handshake_json(std::string& out, const EngineHandshake& handshake) {
    out += R"({"sid":)";
    append_json_string(out, handshake.sid);
    out += R"(,"upgrades":[)";
    bool first = true;
    for (const std::string_view upgrade : handshake.upgrades) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, upgrade);
    }
    out += R"(],"pingInterval":)";
    util::append_decimal(out, handshake.ping_interval.count());
    out += R"(,"pingTimeout":)";
    util::append_decimal(out, handshake.ping_timeout.count());
    out += R"(,"maxPayload":)";
    util::append_decimal(out, std::min<std::uint64_t>(handshake.max_payload_bytes, max_safe_integer));
    out += '}';
}

}  // namespace sio::wire
