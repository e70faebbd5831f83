#include "wire/script_string.hpp"

#include "wire/json_text.hpp"

namespace sio::wire {

void append_script_string(std::string& out, std::string_view text) {
    const std::size_t start = out.size();
    append_json_string(out, text);
    // JSON leaves a `<` as it is, and no escape of it holds one.
    std::size_t at = out.find('<', start);
    if (at == std::string::npos) return;
    const std::string literal = out.substr(at);
    out.resize(at);
    std::string_view rest = literal;
    while (true) {
        const std::size_t bracket = rest.find('<');
        out += rest.substr(0, bracket);
        if (bracket == std::string_view::npos) return;
        out += "\\u003c";
        rest.remove_prefix(bracket + 1);
    }
}

}  // namespace sio::wire
