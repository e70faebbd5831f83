#include <sio/form.hpp>

#include <algorithm>

#include <sio/environ.hpp>
#include <sio/http_error.hpp>

#include "http/media_type.hpp"
#include "http/multipart.hpp"
#include "util/percent.hpp"
#include "util/utf8.hpp"

namespace sio {
namespace {

/// Strict, unlike a query: browsers do not send malformed forms, so whoever does had better hear of it.
std::string decode_part(std::string_view text) {
    std::string spaced(text);
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    auto decoded = util::percent_decode(spaced);
    if (!decoded) throw HttpError(400, "Malformed form: a '%' without two hexadecimal digits");
    if (!util::utf8_valid(*decoded)) throw HttpError(400, "Malformed form: a field that is not UTF-8");
    return std::move(*decoded);
}

Form parse_urlencoded(std::string_view body, const FormLimits& limits) {
    MultiDict fields;
    while (!body.empty()) {
        const auto end = body.find('&');
        const auto pair = body.substr(0, end);
        body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        if (pair.empty()) continue;
        if (fields.size() == limits.max_parts) throw HttpError(413, "The form has too many fields");
        const auto equals = pair.find('=');
        auto name = decode_part(pair.substr(0, equals));
        auto value = equals == std::string_view::npos ? std::string() : decode_part(pair.substr(equals + 1));
        if (name.size() + value.size() > limits.max_field_bytes) {
            throw HttpError(413, "The form has a field that is too long");
        }
        fields.add(std::move(name), std::move(value));
    }
    return Form(std::move(fields), {});
}

}  // namespace

std::string UploadedFile::safe_filename() const {
    constexpr std::size_t max_bytes = 200;
    const auto slash = filename.find_last_of("/\\");
    std::string name;
    for (const char c : filename.substr(slash == std::string::npos ? 0 : slash + 1)) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
        if (!control && !(name.empty() && (c == '.' || c == ' '))) name += c;
    }
    if (name.size() > max_bytes) {
        name.resize(max_bytes);
        while (!name.empty() && !util::utf8_valid(name)) name.pop_back();
    }
    return name.empty() ? "file" : name;
}

Form parse_form(const Environ& environ, const FormLimits& limits) {
    const auto header = environ.header("Content-Type");
    if (header.empty()) return {};
    const auto type = http::parse_media_type(header);
    if (!type) throw HttpError(400, "Malformed Content-Type");
    if (type->value == "application/x-www-form-urlencoded") return parse_urlencoded(environ.body(), limits);
    if (type->value != "multipart/form-data") return {};
    return http::parse_multipart(environ.body(), type->params["boundary"], limits);
}

}  // namespace sio
