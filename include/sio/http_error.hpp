#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <sio/headers.hpp>

namespace sio {

/// Ends a request with an error status, from anywhere within an app: `throw HttpError(404, "No such room")`.
///
/// Unlike other exceptions its text is meant for the client: the Router puts it on the error page (escaped).
class HttpError : public std::runtime_error {
public:
    /// `status` is 400 to 599. Without a text the page shows the reason phrase alone.
    explicit HttpError(int status, const std::string& text = {}, Headers headers = {})
        : std::runtime_error(text), status_(status), headers_(std::move(headers)) {}

    int status() const noexcept { return status_; }
    /// Fields of the answer that belong to the error: `Allow`, `WWW-Authenticate`, `Retry-After`, ...
    const Headers& headers() const noexcept { return headers_; }

private:
    int status_;
    Headers headers_;
};

}  // namespace sio
