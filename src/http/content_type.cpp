#include "http/content_type.hpp"

#include <utility>

#include "util/ascii.hpp"

namespace sio::http {
namespace {

// Types as registered with IANA; for scripts RFC 9239.
constexpr std::pair<std::string_view, std::string_view> types[] = {
    {"html", "text/html; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"ics", "text/calendar; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"xml", "application/xml"},
    {"rss", "application/rss+xml"},
    {"atom", "application/atom+xml"},
    {"xhtml", "application/xhtml+xml"},
    {"pdf", "application/pdf"},
    {"wasm", "application/wasm"},
    {"swf", "application/x-shockwave-flash"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"tar", "application/x-tar"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"svg", "image/svg+xml"},
    {"ico", "image/vnd.microsoft.icon"},
    {"bmp", "image/bmp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"mp3", "audio/mpeg"},
    {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"m4a", "audio/mp4"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
};

}  // namespace

std::string_view content_type_of(std::string_view filename) noexcept {
    const auto slash = filename.find_last_of('/');
    if (slash != std::string_view::npos) filename.remove_prefix(slash + 1);
    const auto dot = filename.find_last_of('.');
    if (dot != std::string_view::npos && dot > 0) {
        for (const auto& [extension, type] : types) {
            if (util::ascii_iequals(filename.substr(dot + 1), extension)) return type;
        }
    }
    return "application/octet-stream";
}

bool is_compressible(std::string_view type) noexcept {
    return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") || type == "application/wasm" ||
           type == "image/vnd.microsoft.icon" || type == "image/bmp" || type == "font/ttf" || type == "font/otf";
}

}  // namespace sio::http
