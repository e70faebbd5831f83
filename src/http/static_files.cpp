#include <sio/static_files.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include <sio/http_error.hpp>

#include "http/byte_range.hpp"
#include "http/content_coding.hpp"
#include "http/content_type.hpp"
#include "http/file_root.hpp"
#include "http/http_date.hpp"
#include "http/offloaded.hpp"
#include "http/preconditions.hpp"
#include "http/uri.hpp"

namespace sio {
namespace {

using http::OpenFile;

struct Coding {
    std::string_view name;
    std::string_view extension;
};
/// The better one first: it is taken when the client wants both as much.
constexpr std::array codings{Coding{"br", ".br"}, Coding{"gzip", ".gz"}};

/// What is sent for a path: the file itself, or a compressed one beside it.
struct Representation {
    OpenFile file;
    /// Below the root.
    std::string path;
    std::string_view coding;
};

std::chrono::sys_seconds whole_seconds(std::chrono::nanoseconds since_epoch) {
    return std::chrono::sys_seconds(std::chrono::floor<std::chrono::seconds>(since_epoch));
}

http::Validators validators_of(const Representation& found, std::chrono::sys_seconds now) {
    char etag[64];
    std::snprintf(etag, sizeof etag, "\"%llx-%llx%s%.*s\"",
                  static_cast<unsigned long long>(found.file.modified.count()),
                  static_cast<unsigned long long>(found.file.size), found.coding.empty() ? "" : "-",
                  static_cast<int>(found.coding.size()), found.coding.data());
    // RFC 9110, 8.8.2.1: not later than the response itself.
    return {etag, std::min(whole_seconds(found.file.modified), now)};
}

std::string content_range(const http::RangeRequest& range, std::uint64_t size) {
    if (range.answer == http::RangeRequest::Answer::unsatisfiable) return "bytes */" + std::to_string(size);
    return "bytes " + std::to_string(range.offset) + '-' + std::to_string(range.offset + range.length - 1) + '/' +
           std::to_string(size);
}

}  // namespace

class StaticFiles::State {
public:
    State(const std::string& directory, StaticFilesOptions options) : root_(directory), options_(std::move(options)) {}

    Response answer(const Environ& environ, std::string_view path, bool redirect_directories) const;

private:
    OpenFile open(const std::string& path) const;
    std::optional<Representation> open_index(const std::string& directory) const;
    std::optional<Representation> better_coding(const Representation& plain, std::string_view accept_encoding) const;
    std::string_view content_type(std::string_view path) const;
    Response respond(const Environ& environ, Representation plain) const;

    http::FileRoot root_;
    StaticFilesOptions options_;
};

OpenFile StaticFiles::State::open(const std::string& path) const {
    using Patience = http::FileRoot::Patience;
    auto result = root_.open(path, Patience::cached);
    if (result.would_block) {
        result = http::offloaded(detail::PoolPurpose::files, [&] { return root_.open(path, Patience::disk); });
    }
    return std::move(result.file);
}

std::optional<Representation> StaticFiles::State::open_index(const std::string& directory) const {
    for (const auto& name : options_.index_files) {
        auto path = directory + name;
        if (auto file = open(path); file && !file.is_directory)
            return Representation{std::move(file), std::move(path), {}};
    }
    return std::nullopt;
}

std::optional<Representation> StaticFiles::State::better_coding(const Representation& plain,
                                                                std::string_view accept_encoding) const {
    // Tried in the order in which the client wants them.
    auto wanted = codings;
    std::stable_sort(wanted.begin(), wanted.end(), [&](const Coding& a, const Coding& b) {
        return http::coding_weight(accept_encoding, a.name) > http::coding_weight(accept_encoding, b.name);
    });
    for (const auto& coding : wanted) {
        if (http::coding_weight(accept_encoding, coding.name) == 0) continue;
        auto path = plain.path + std::string(coding.extension);
        auto file = open(path);
        // Whole seconds, since some tools copy the time of the original no more exactly.
        if (!file || file.is_directory || whole_seconds(file.modified) < whole_seconds(plain.file.modified)) continue;
        return Representation{std::move(file), std::move(path), coding.name};
    }
    return std::nullopt;
}

std::string_view StaticFiles::State::content_type(std::string_view path) const {
    for (const auto& [extension, type] : options_.content_types) {
        if (path.size() > extension.size() && path.ends_with(extension) &&
            path[path.size() - extension.size() - 1] == '.') {
            return type;
        }
    }
    return http::content_type_of(path);
}

Response StaticFiles::State::answer(const Environ& environ, std::string_view path, bool redirect_directories) const {
    const auto& method = environ.method();
    constexpr std::string_view allowed = "GET, HEAD, OPTIONS";
    if (method == "OPTIONS") {
        Response response(204);
        response.headers.add("Allow", allowed);
        return response;
    }
    if (method != "GET" && method != "HEAD") throw HttpError(405, {}, {{"Allow", std::string(allowed)}});

    if (!environ.path_is_valid()) throw HttpError(400, "The path of the request is malformed.");
    const bool slash_at_start = path.starts_with('/');
    std::string relative(path.substr(slash_at_start ? 1 : 0));
    if (!http::is_safe_path(relative, options_.hidden_files)) throw HttpError(404);
    const bool names_directory = relative.empty() || relative.ends_with('/');

    auto file = open(relative);
    if (!file || (names_directory && !file.is_directory)) throw HttpError(404);
    if (!file.is_directory) return respond(environ, {std::move(file), std::move(relative), {}});

    const bool at_directory = relative.empty() ? slash_at_start : relative.ends_with('/');
    if (!relative.empty() && !at_directory) relative += '/';
    auto index = open_index(relative);
    if (!index) throw HttpError(404);
    // Links in the page are relative to the directory only if the URL ends with its slash.
    if (redirect_directories && !at_directory) {
        auto target = http::encode_path(environ.script_name() + environ.path()) + '/';
        if (!http::is_local_path(target)) throw HttpError(404);
        if (const auto query = environ.request().query_string(); !query.empty()) target.append("?").append(query);
        return Response::redirect(target, 308);
    }
    return respond(environ, std::move(*index));
}

Response StaticFiles::State::respond(const Environ& environ, Representation plain) const {
    const auto& request = environ.headers();
    const auto type = content_type(plain.path);
    const bool varies = options_.precompressed && http::is_compressible(type);
    auto found = std::move(plain);
    if (varies) {
        if (auto better = better_coding(found, request.combined("Accept-Encoding"))) found = std::move(*better);
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto validators = validators_of(found, now);

    Response response;
    response.headers.add("ETag", validators.etag);
    response.headers.add("Last-Modified", http::format_http_date(validators.last_modified));
    if (!options_.cache_control.empty()) response.headers.add("Cache-Control", options_.cache_control);
    if (varies) response.headers.add("Vary", "Accept-Encoding");

    switch (http::evaluate_preconditions(request, validators, now)) {
        case http::Precondition::not_modified: response.status = 304; return response;
        case http::Precondition::failed: response.status = 412; return response;
        case http::Precondition::proceed: break;
    }

    response.headers.add("Accept-Ranges", "bytes");
    http::RangeRequest range;
    // RFC 9110, 14.2: ranges are for GET alone.
    if (environ.method() == "GET" && http::if_range_holds(request, validators, now)) {
        range = http::parse_range(request.get("Range"), found.file.size);
    }
    using Answer = http::RangeRequest::Answer;
    if (range.answer != Answer::whole) response.headers.add("Content-Range", content_range(range, found.file.size));
    if (range.answer == Answer::unsatisfiable) {
        response.status = 416;
        return response;
    }
    response.headers.add("Content-Type", type);
    response.headers.add("X-Content-Type-Options", "nosniff");
    if (!found.coding.empty()) response.headers.add("Content-Encoding", found.coding);

    FileBody body{root_.path() + '/' + found.path, 0, found.file.size, found.file.descriptor};
    if (range.answer == Answer::part) {
        response.status = 206;
        body.offset = range.offset;
        body.length = range.length;
    }
    response.file = std::make_shared<const FileBody>(std::move(body));
    return response;
}

StaticFiles::StaticFiles(const std::string& directory, StaticFilesOptions options)
    : state_(std::make_shared<const State>(directory, std::move(options))) {}

Response StaticFiles::operator()(Environ& environ) const { return state_->answer(environ, environ.path(), true); }

Response StaticFiles::send(const Environ& environ, std::string_view path) const {
    return state_->answer(environ, path, false);
}

}  // namespace sio
