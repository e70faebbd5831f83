#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/app.hpp>

namespace sio {

struct StaticFilesOptions {
    /// What a directory shows, the first that is there. Empty: directories are 404.
    std::vector<std::string> index_files = {"index.html"};
    /// The `Cache-Control` of what is found. `no-cache`, the default, lets browsers keep files but ask (with ETag, so that
    /// the answer is 304) before each use; `public, max-age=31536000, immutable` suits names that change with the content.
    /// Empty: none.
    std::string cache_control = "no-cache";
    /// Sends `app.js.br` or `app.js.gz` in place of `app.js` to those who take it, when that is not older.
    bool precompressed = true;
    /// Files and directories whose name begins with a dot; `.well-known` is always visible.
    bool hidden_files = false;
    /// Extensions (without dot, in lower case) and content types that go before the built-in ones.
    std::vector<std::pair<std::string, std::string>> content_types = {};
};

/// An app that answers with the files below a directory: `router.mount("/static", sio::StaticFiles("static"))`.
///
/// GET and HEAD, with ETag and Last-Modified, the conditions of RFC 9110 (If-None-Match, If-Modified-Since, If-Match,
/// If-Unmodified-Since, If-Range) and byte ranges; several ranges that do not touch are answered with the whole file.
/// A directory asked for without a slash at its end is redirected there. Nothing is listed.
///
/// What lies outside the directory cannot be reached: not by `..` in any encoding, and not by symbolic links, which are
/// followed only as long as they stay inside (on Linux before 5.6: not at all). What is not a regular file is 404.
///
/// The directory is opened once: a relative path is relative to the working directory of then, and a directory that is
/// replaced by another of the same name is not noticed (files are).
/// The ETag is made of the time of the last change and the size: change files by replacing them, not by overwriting
/// parts of them.
///
/// Errors: 404 and the like leave it as HttpError, for the Router's error pages.
/// Threads: any number at once. The file system is asked on the thread pool, unless what it says is in memory.
class StaticFiles {
public:
    /// Throws Error(errc::cannot_start) when `directory` is not one that can be read.
    explicit StaticFiles(const std::string& directory, StaticFilesOptions options = {});

    /// Answers for Environ::path().
    Response operator()(Environ& environ) const;
    /// Answers with one file of the directory, for apps that decide for themselves: `files.send(environ, "logo.svg")`.
    /// `path` is decoded, and relative to the directory, with or without a slash at its beginning.
    Response send(const Environ& environ, std::string_view path) const;

private:
    class State;
    std::shared_ptr<const State> state_;
};

}  // namespace sio
