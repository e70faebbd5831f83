#include "wire/v09_stream.hpp"

#include "wire/script_string.hpp"

namespace sio::wire::v09 {
namespace {

constexpr std::size_t padded_head_bytes = 1024;

// The client replaces every `\/` in what it is handed by `/`, although JavaScript has done so already: where a backslash
// stands before a slash in the payload itself, one more makes up for that.
std::string with_doubled_backslashes(std::string_view payload) {
    std::string text;
    for (const char c : payload) {
        if (c == '/' && text.ends_with('\\')) text += '\\';
        text += c;
    }
    return text;
}

}  // namespace

void append_htmlfile_head(std::string& out) {
    const std::size_t start = out.size();
    out += "<!DOCTYPE html><html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>";
    out.append(padded_head_bytes - (out.size() - start), ' ');
}

void append_htmlfile_payload(std::string& out, std::string_view payload) {
    out += "<script>_(";
    if (payload.find("\\/") == std::string_view::npos) {
        append_script_string(out, payload);
    } else {
        append_script_string(out, with_doubled_backslashes(payload));
    }
    out += ");</script>";
}

std::string multipart_type(std::string_view boundary) {
    std::string type = "multipart/x-mixed-replace; boundary=\"";
    type += boundary;
    type += '"';
    return type;
}

void append_multipart_head(std::string& out, std::string_view boundary) {
    out += "--";
    out += boundary;
    out += "\r\n";
}

void append_multipart_payload(std::string& out, std::string_view boundary, std::string_view payload) {
    out += "Content-Type: text/plain; charset=utf-8\r\n\r\n";
    out += payload;
    out += "\r\n--";
    out += boundary;
    out += "\r\n";
}

}  // namespace sio::wire::v09
