#include "http/media_type.hpp"

#include "http/ascii.hpp"

namespace sio::http {
namespace {

/// Takes a quoted string off the beginning of `rest`, which begins with a quote.
std::optional<std::string> take_quoted(std::string_view& rest) {
    std::string text;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return text;
        }
        const bool escapes = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
        text += rest[escapes ? ++i : i];
    }
    return std::nullopt;
}

}  // namespace

std::optional<MediaType> parse_media_type(std::string_view text) {
    MediaType result;
    const auto end = text.find(';');
    result.value = lowered(util::trim_ows(text.substr(0, end)));
    if (result.value.empty()) return std::nullopt;
    auto rest = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    while (!(rest = util::trim_ows(rest)).empty()) {
        if (rest.front() == ';') {
            rest.remove_prefix(1);
            continue;
        }
        const auto equals = rest.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto name = lowered(util::trim_ows(rest.substr(0, equals)));
        if (!is_token(name) || result.params.contains(name)) return std::nullopt;
        rest = util::trim_ows(rest.substr(equals + 1));
        std::string value;
        if (rest.starts_with('"')) {
            auto quoted = take_quoted(rest);
            if (!quoted) return std::nullopt;
            value = std::move(*quoted);
            rest = util::trim_ows(rest);
            if (!rest.empty() && rest.front() != ';') return std::nullopt;
        } else {
            const auto semicolon = rest.find(';');
            value = util::trim_ows(rest.substr(0, semicolon));
            if (value.empty()) return std::nullopt;
            rest.remove_prefix(semicolon == std::string_view::npos ? rest.size() : semicolon);
        }
        result.params.add(std::move(name), std::move(value));
    }
    return result;
}

}  // namespace sio::http
