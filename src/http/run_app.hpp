#pragma once

#include <memory>
#include <string_view>

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

/// Who makes the pages of errors for a request: a router with its error handlers.
class ErrorPages {
public:
    virtual ~ErrorPages() = default;
    virtual Response answer(Environ& environ, const HttpError& error) const = 0;
    /// An Environ that was kept may remember one that is not at work any more.
    bool at_work() const noexcept { return at_work_; }

protected:
    bool at_work_ = true;
};

/// Kept with the request: whom to ask; the innermost of several.
struct ErrorPagesOf {
    std::shared_ptr<const ErrorPages> pages;
};

/// Whom to ask for the pages of errors now; null for nobody.
std::shared_ptr<const ErrorPages> error_pages_at_work(const Environ& environ);

/// What `app` answers. An error that it throws is answered here, by the router at work or else plainly, so that whoever is around
/// it sees a response like others.
Response without_errors(Environ& environ, const App& app);
/// `app` like that.
App answering_errors(App app);

}  // namespace sio::http
