#pragma once

#include <sio/app.hpp>
#include <sio/http_error.hpp>

namespace sio::http {

/// The plain page of an error: status, reason phrase and, escaped, the error's text; with the error's header fields.
Response error_page(const HttpError& error);

/// Adds the error's header fields to an answer that somebody else made, unless it has set them itself.
void add_error_headers(Response& response, const HttpError& error);

/// Logs an exception that an app let out, as an error with method and path.
void log_app_exception(const Environ& environ, std::string_view what);

/// Runs an app as a server does: an HttpError becomes its page, another std::exception is logged and becomes a 500.
/// What is not a std::exception (a greenlet being killed) passes.
Response run_app(const App& app, Environ& environ);

}  // namespace sio::http
