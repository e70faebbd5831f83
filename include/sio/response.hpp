#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <sio/headers.hpp>

namespace sio {

/// Where a streamed response writes its body; see Response::stream().
class BodyWriter {
public:
    virtual ~BodyWriter() = default;

    /// Sends `bytes`. Suspends the greenlet while the client is slow to read.
    /// Throws Error(errc::connection_closed) once the client has gone.
    virtual void write(std::string_view bytes) = 0;
};

/// A range of a file that the server sends after the headers, read in pieces on the thread pool.
struct FileBody {
    std::string path;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    /// The file, open for reading, when whoever made this has it open: what is sent is then the file that the headers are
    /// about, even if `path` has been replaced meanwhile. Null: the server opens `path`. Closed with its last owner; read
    /// it with pread(), since others may share it.
    std::shared_ptr<const int> descriptor = nullptr;
};

/// What an app answers: status, headers and a body, which is a string, a range of a file, or a function that writes it.
///
/// The server adds `Content-Length` or `Transfer-Encoding`, `Date` and `Connection`; an app does not set those. For a HEAD
/// request it sends the same headers and leaves the body out.
struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    /// Set instead of `body` to send a file.
    std::shared_ptr<const FileBody> file;
    /// Set instead of `body` to write the body piece by piece, in the greenlet of the request. The response is chunked
    /// for HTTP/1.1 and ends with the connection for HTTP/1.0. An exception out of it cuts the connection, so that the
    /// client can tell.
    std::function<void(BodyWriter&)> writer;

    Response() = default;
    /// A body with a content type: `Response(200, "hello")`.
    explicit Response(int status_code, std::string body_text = {},
                      std::string_view content_type = "text/plain; charset=utf-8");

    static Response html(std::string body, int status = 200);
    static Response text(std::string body, int status = 200);
    /// `json_text` is sent as it is.
    static Response json(std::string json_text, int status = 200);
    /// 303 unless told otherwise. `location` must not hold CR or LF; throws std::invalid_argument if it does.
    static Response redirect(std::string_view location, int status = 303);
    static Response stream(std::string_view content_type, std::function<void(BodyWriter&)> writer);
};

/// The reason phrase of a status: `Not Found` for 404; `Unknown` for one that is not registered.
std::string_view reason_phrase(int status) noexcept;

}  // namespace sio
