#include "client/request_text.hpp"

namespace sio::client {

Headers with_given(Headers fields, const Headers& given) {
    for (const auto& [name, value] : given) fields.erase(name);
    for (const auto& [name, value] : given) fields.add(name, value);
    return fields;
}

std::string request_text(std::string_view method, std::string_view target, const Headers& fields) {
    std::string text(method);
    (text += ' ') += target;
    text += " HTTP/1.1\r\n";
    for (const auto& [name, value] : fields) ((text += name) += ": ").append(value) += "\r\n";
    return text += "\r\n";
}

}  // namespace sio::client
