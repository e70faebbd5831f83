#include <sio/html.hpp>

namespace sio {

void append_escaped_html(std::string& out, std::string_view text) {
    while (true) {
        const auto special = text.find_first_of("&<>\"'");
        out.append(text.substr(0, special));
        if (special == std::string_view::npos) return;
        switch (text[special]) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&#34;"; break;
            default: out += "&#39;"; break;
        }
        text.remove_prefix(special + 1);
    }
}

std::string escape_html(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    append_escaped_html(out, text);
    return out;
}

}  // namespace sio
