#include <sio/error_handler.hpp>

#include <sio/json_object.hpp>
#include <sio/log.hpp>
#include <sio/namespace.hpp>
#include <sio/socket.hpp>

#include "util/printable.hpp"

namespace sio {

void default_error_handler(Socket& socket, const ErrorReport& report) {
    // What clients do wrong is theirs; exceptions have been logged where they were caught.
    if (!report.exception && log_enabled(LogLevel::debug)) {
        log(LogLevel::debug, "dispatch", util::printable(report.endpoint + ": " + report.name + ": " + report.message));
    }
    if (report.quiet) return;
    const auto space = socket.get_namespace(report.endpoint);
    if (!space) return;
    if (!socket.config().ack_errors) return space->emit("error", report.name, report.message);
    space->emit("error", report.name, report.message, object("event", report.event, "id", report.msg_id));
}

}  // namespace sio
