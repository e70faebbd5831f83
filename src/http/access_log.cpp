#include <sio/access_log.hpp>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>

#include <sio/basic_auth.hpp>
#include <sio/http_error.hpp>
#include <sio/log.hpp>

namespace sio {
namespace {

using Format = AccessLogOptions::Format;

/// As Apache's mod_log_config escapes what comes from a client, so that log readers understand it.
void append_escaped(std::string& out, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += " \"";
    append_escaped(out, text.empty() ? "-" : text);
    out += '"';
}

/// An unquoted column: white space would begin the next one.
void append_word(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += '-';
        return;
    }
    for (const char& c : text) {
        if (c == ' ') {
            out += "\\x20";
        } else {
            append_escaped(out, std::string_view(&c, 1));
        }
    }
}

std::string format_time(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    // Not strftime's %b: it follows the locale.
    std::snprintf(text, sizeof text, "%02d/%s/%04d:%02d:%02d:%02d +0000", parts.tm_mday, months[parts.tm_mon],
                  parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text;
}

std::string size_of(const Response& response) {
    if (response.writer) return "-";
    return std::to_string(response.file ? response.file->length : response.body.size());
}

/// What the line says about the request; put together before the app gets hold of it.
struct Entry {
    Entry(const Environ& environ, Format format) : started(std::chrono::steady_clock::now()) {
        const auto& request = environ.request();
        append_word(head, request.remote_address);
        head += " - ";
        const auto credentials = basic_credentials(environ);
        append_word(head, credentials ? credentials->user : std::string());
        head += " [" + format_time(std::chrono::system_clock::now()) + ']';
        append_quoted(head,
                      request.method + ' ' + request.target + (request.version == 10 ? " HTTP/1.0" : " HTTP/1.1"));
        if (format == Format::combined) {
            append_quoted(tail, environ.header("Referer"));
            append_quoted(tail, environ.header("User-Agent"));
        }
    }

    std::string line(int status, const std::string& size) const {
        const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - started;
        char milliseconds[32];
        std::snprintf(milliseconds, sizeof milliseconds, " %.3fms", taken.count());
        return head + ' ' + std::to_string(status) + ' ' + size + tail + milliseconds;
    }

    std::chrono::steady_clock::time_point started;
    std::string head;
    std::string tail;
};

}  // namespace

Middleware access_log(AccessLogOptions options) {
    if (!options.write) options.write = [](std::string_view line) { log(LogLevel::info, "access", line); };
    return [options = std::move(options)](App next) -> App {
        return [options, next = std::move(next)](Environ& environ) {
            const Entry entry(environ, options.format);
            try {
                auto response = next(environ);
                options.write(entry.line(response.status, size_of(response)));
                return response;
            } catch (const HttpError& error) {
                options.write(entry.line(error.status(), "-"));
                throw;
            } catch (const std::exception&) {
                options.write(entry.line(500, "-"));
                throw;
            }
        };
    };
}

}  // namespace sio
