#include "http/multipart.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <sio/http_error.hpp>

#include "http/ascii.hpp"
#include "http/media_type.hpp"
#include "util/utf8.hpp"

namespace sio::http {
namespace {

constexpr std::string_view crlf = "\r\n";

[[noreturn]] void malformed(const char* why) { throw HttpError(400, std::string("Malformed multipart form: ") + why); }
[[noreturn]] void too_large(const char* what) { throw HttpError(413, std::string("The form has ") + what); }

/// RFC 2046, 5.1.1: 1 to 70 characters of these, not ending with a space.
bool is_boundary(std::string_view text) noexcept {
    constexpr std::string_view others = "'()+_,-./:=? ";
    if (text.empty() || text.size() > 70 || text.back() == ' ') return false;
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_token_char(c) || others.find(c) != others.npos; });
}

/// Walks the parts between the delimiters `CRLF -- boundary`.
class PartReader {
public:
    PartReader(std::string_view body, std::string_view boundary) : rest_(body) {
        delimiter_.append(crlf).append("--").append(boundary);
        // The first delimiter may stand at the very beginning, without its CRLF.
        const auto first = std::string_view(delimiter_).substr(crlf.size());
        if (rest_.starts_with(first) && take_delimiter_end(first.size())) return;
        if (!next_delimiter()) malformed("no boundary");
    }

    /// The next part: header and content. Nothing after the last; throws when the body just ends.
    std::optional<std::string_view> next() {
        if (closed_) return std::nullopt;
        const auto part = next_delimiter();
        if (!part) malformed("the closing boundary is missing");
        return part;
    }

private:
    /// Steps behind the next delimiter; gives what is before it.
    std::optional<std::string_view> next_delimiter() {
        std::size_t from = 0;
        while (true) {
            const auto at = rest_.find(delimiter_, from);
            if (at == std::string_view::npos) return std::nullopt;
            const auto before = rest_.substr(0, at);
            if (take_delimiter_end(at + delimiter_.size())) return before;
            from = at + 1;
        }
    }

    /// What follows the boundary, at `at`: `--` or white space and CRLF. Otherwise the boundary was only the beginning
    /// of a longer line, and part of the content.
    bool take_delimiter_end(std::size_t at) {
        auto after = rest_.substr(at);
        if (after.starts_with("--")) {
            closed_ = true;
            rest_ = {};
            return true;
        }
        const auto text = after.find_first_not_of(" \t");
        if (text == std::string_view::npos) return false;
        after.remove_prefix(text);
        if (!after.starts_with(crlf)) return false;
        // The CRLF stays: a part without header begins with the empty line that ends it, and a delimiter may follow.
        rest_ = after;
        return true;
    }

    std::string delimiter_;
    std::string_view rest_;
    bool closed_ = false;
};

Headers parse_part_headers(std::string_view lines) {
    Headers headers;
    while (!lines.empty()) {
        const auto end = lines.find(crlf);
        const auto line = lines.substr(0, end);
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + crlf.size());
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) malformed("a bad header line");
        const auto value = util::trim_ows(line.substr(colon + 1));
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != value.npos) malformed("a bad header line");
        headers.add(line.substr(0, colon), value);
    }
    return headers;
}

struct Part {
    Headers headers;
    std::string name;
    std::optional<std::string> filename;
    std::string_view content;
};

Part parse_part(std::string_view text, const FormLimits& limits) {
    // `text` begins with the CRLF of the delimiter's line.
    constexpr std::string_view header_end = "\r\n\r\n";
    const auto end = text.find(header_end);
    if (std::min(end, text.size()) > limits.max_part_header_bytes) too_large("a part whose header is too long");
    if (end == std::string_view::npos) malformed("a part without the empty line behind its header");

    Part part;
    if (end > 0) part.headers = parse_part_headers(text.substr(crlf.size(), end - crlf.size()));
    part.content = text.substr(end + header_end.size());

    if (part.headers.count("Content-Disposition") != 1) malformed("a part without one Content-Disposition");
    const auto disposition = parse_media_type(part.headers.get("Content-Disposition"));
    if (!disposition || disposition->value != "form-data") malformed("a bad Content-Disposition");
    if (!disposition->params.contains("name")) malformed("a part without a name");
    part.name = disposition->params["name"];
    if (disposition->params.contains("filename")) part.filename = disposition->params["filename"];
    if (!util::utf8_valid(part.name) || !util::utf8_valid(part.filename.value_or("")))
        malformed("a name that is not UTF-8");

    // RFC 7578, 4.7: deprecated; content that is encoded would be taken for something else.
    const auto encoding = lowered(part.headers.get("Content-Transfer-Encoding"));
    if (!encoding.empty() && encoding != "binary" && encoding != "8bit" && encoding != "7bit") {
        malformed("a Content-Transfer-Encoding");
    }
    return part;
}

}  // namespace

Form parse_multipart(std::string_view body, std::string_view boundary, const FormLimits& limits) {
    if (!is_boundary(boundary)) malformed("no usable boundary parameter");
    MultiDict fields;
    std::vector<UploadedFile> files;
    PartReader parts(body, boundary);
    while (const auto text = parts.next()) {
        if (fields.size() + files.size() == limits.max_parts) too_large("too many parts");
        auto part = parse_part(*text, limits);
        if (part.filename) {
            if (files.size() == limits.max_files) too_large("too many files");
            if (part.content.size() > limits.max_file_bytes) too_large("a file that is too large");
            std::string type(part.headers.get("Content-Type"));
            if (type.empty()) type = "application/octet-stream";
            files.push_back({std::move(part.name), std::move(*part.filename), std::move(type), std::move(part.headers),
                             std::string(part.content)});
            continue;
        }
        if (part.name.size() + part.content.size() > limits.max_field_bytes) too_large("a field that is too long");
        if (!util::utf8_valid(part.content)) malformed("a field that is not UTF-8");
        fields.add(std::move(part.name), std::string(part.content));
    }
    return Form(std::move(fields), std::move(files));
}

}  // namespace sio::http
