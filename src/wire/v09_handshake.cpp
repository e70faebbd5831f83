#include "wire/v09_handshake.hpp"

#include "util/decimal.hpp"

namespace sio::wire::v09 {

void append_handshake(std::string& out, const Handshake& handshake) {
    out += handshake.sid;
    for (const auto time : {handshake.heartbeat_timeout, handshake.close_timeout}) {
        out += ':';
        util::append_decimal(out, std::chrono::ceil<std::chrono::seconds>(time).count());
    }
    char separator = ':';
    for (const std::string& transport : handshake.transports) {
        out += separator;
        out += transport;
        separator = ',';
    }
    if (handshake.transports.empty()) out += ':';
}

}  // namespace sio::wire::v09
