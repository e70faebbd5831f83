#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <sio/http_client.hpp>

namespace sio::client {

/// Reads one HTTP/1.1 answer out of the bytes of a connection (RFC 9112), without any I/O. Interim answers (1xx but 101) are
/// passed over.
///
/// Errors: Error(errc::limit_exceeded) when the head, the body or what stands between chunks is too large,
/// std::system_error for what is no answer.
class ResponseParser {
public:
    /// `head_only`: no body follows, whatever the fields say, as in the answer to a HEAD request.
    ResponseParser(bool head_only, std::size_t max_body_bytes);
    ~ResponseParser();

    /// Reads `data`: what was left of the last call, then what is new. Returns how many bytes were read; those behind the
    /// answer's end never are.
    std::size_t feed(std::string_view data);
    /// The server has ended its side. Throws Error(errc::connection_closed) when that cuts the answer short.
    void feed_end();

    /// Whether the head is there. Then status() and header fields may be asked for.
    bool head_done() const noexcept;
    bool done() const noexcept;
    /// Whether the connection may be used for another request.
    bool keep_alive() const noexcept;
    FetchResponse& response() noexcept;

private:
    class Impl;
    void begin();

    const bool head_only_;
    const std::size_t max_body_bytes_;
    int interim_ = 0;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio::client
