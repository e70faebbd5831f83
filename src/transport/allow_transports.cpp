#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sio/engine_options.hpp>

#include "transport/v09_request.hpp"
#include "util/ascii.hpp"

namespace sio {

namespace {

void add(std::vector<std::string>& names, std::string_view name) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
}

}  // namespace

void allow_transports(EngineOptions& options, std::string_view names) {
    std::vector<std::string> engine;
    std::vector<std::string> v09;
    while (true) {
        const auto comma = names.find(',');
        const std::string_view name = util::trim_ows(names.substr(0, comma));
        if (name == "polling") {
            add(engine, name);
            add(v09, "xhr-polling");
            add(v09, "jsonp-polling");
        } else if (transport::find_v09_transport(name)) {
            if (name == "websocket") add(engine, name);
            add(v09, name);
        } else {
            throw std::invalid_argument("sio: unknown transport: " + std::string(name));
        }
        if (comma == std::string_view::npos) break;
        names.remove_prefix(comma + 1);
    }
    options.transports = std::move(engine);
    options.v09.transports = std::move(v09);
}

}  // namespace sio
