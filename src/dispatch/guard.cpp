#include "dispatch/guard.hpp"

#include <stdexcept>
#include <string>

namespace sio::dispatch {

void touched_elsewhere(std::string_view sid) {
    throw std::logic_error("sio: the socket " + std::string(sid) +
                           " was touched on a thread that is not its worker's; go there with "
                           "SocketIOServer::run_on(), or send to it through Namespaces::of()");
}

}  // namespace sio::dispatch
