#include "http/run_app.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <sio/error.hpp>
#include <sio/html.hpp>
#include <sio/log.hpp>

namespace sio::http {

Response error_page(const HttpError& error) {
    const auto title = std::to_string(error.status()) + ' ' + std::string(reason_phrase(error.status()));
    std::string page = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + title +
                       "</title></head>\n<body>\n<h1>" + title + "</h1>\n";
    if (*error.what() != '\0') page += "<p>" + escape_html(error.what()) + "</p>\n";
    page += "</body>\n</html>\n";
    auto response = Response::html(std::move(page), error.status());
    add_error_headers(response, error);
    return response;
}

void add_error_headers(Response& response, const HttpError& error) {
    for (const auto& [name, value] : error.headers()) {
        if (!response.headers.contains(name)) response.headers.add(name, value);
    }
}

void log_app_exception(const Environ& environ, std::string_view what) {
    const auto& request = environ.request();
    log(LogLevel::error, "http",
        request.method + ' ' + std::string(request.path()) + ": exception in the app: " + std::string(what));
}

Response run_app(const App& app, Environ& environ) {
    try {
        return without_errors(environ, app);
    } catch (const Timeout& timeout) {
        // A TimeoutScope of the app's that nobody in it has caught.
        log_app_exception(environ, timeout.what());
    }
    return error_page(HttpError(500));
}

std::shared_ptr<const ErrorPages> error_pages_at_work(const Environ& environ) {
    const auto* const kept = environ.get<ErrorPagesOf>();
    return kept && kept->pages->at_work() ? kept->pages : nullptr;
}

Response without_errors(Environ& environ, const App& app) {
    // Asked now: the app may move the environ away.
    const auto pages = error_pages_at_work(environ);
    std::optional<HttpError> failure;
    try {
        return app(environ);
    } catch (const HttpError& error) {
        failure = error;
    } catch (const std::exception& error) {
        log_app_exception(environ, error.what());
        failure.emplace(500);
    }
    // Outside the catch block: an error handler may suspend the greenlet.
    return pages ? pages->answer(environ, *failure) : error_page(*failure);
}

App answering_errors(App app) {
    return [app = std::move(app)](Environ& environ) { return without_errors(environ, app); };
}

}  // namespace sio::http
