#include "wire/flash_policy.hpp"

namespace sio::wire {
namespace {

void append_attribute(std::string& out, std::string_view value) {
    for (const char c : value) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c; break;
        }
    }
}

}  // namespace

std::string flash_policy(std::span<const std::string> domains, std::string_view ports) {
    std::string out =
        "<?xml version=\"1.0\"?>\n"
        "<!DOCTYPE cross-domain-policy SYSTEM \"http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd\">\n"
        "<cross-domain-policy>\n";
    for (const std::string& domain : domains) {
        out += "<allow-access-from domain=\"";
        append_attribute(out, domain);
        out += "\" to-ports=\"";
        append_attribute(out, ports);
        out += "\"/>\n";
    }
    out += "</cross-domain-policy>\n";
    out += '\0';
    return out;
}

}  // namespace sio::wire
