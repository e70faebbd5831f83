#include <sio/router.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "http/ascii.hpp"
#include "http/route_pattern.hpp"
#include "http/run_app.hpp"
#include "http/uri.hpp"

namespace sio {
namespace {

constexpr std::string_view any_method = "*";

/// The methods of the routes that a path matched, for `Allow`.
class AllowedMethods {
public:
    void add(const std::string& method) {
        if (method == any_method) return;
        insert(method);
        if (method == "GET") insert("HEAD");
    }
    std::string list() {
        insert("OPTIONS");
        std::string text;
        for (const auto& name : names_) {
            if (!text.empty()) text += ", ";
            text += name;
        }
        return text;
    }

private:
    void insert(const std::string& name) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    }

    std::vector<std::string> names_;
};

}  // namespace

class Router::State {
public:
    State() { rebuild(); }

    void add(std::string_view methods, std::string_view pattern, bool subtree, bool mounted, const App& app);
    void use(Middleware middleware) {
        middleware_.push_back(std::move(middleware));
        rebuild();
    }
    void on_error(int status, ErrorHandler handler) {
        error_handlers_[status_index(status)].second = std::move(handler);
    }
    Response operator()(Environ& environ) const;

private:
    struct Route {
        http::RoutePattern pattern;
        bool mounted = false;
        std::vector<std::pair<std::string, App>> apps;

        const App* find(std::string_view method) const noexcept {
            for (const auto& [name, app] : apps) {
                if (name == method || name == any_method) return &app;
            }
            return nullptr;
        }
        const App* find_for(std::string_view method) const noexcept {
            const App* app = find(method);
            return !app && method == "HEAD" ? find("GET") : app;
        }
    };
    class Enclosing;
    class Inside;

    std::size_t status_index(int status);
    Route& route_for(http::RoutePattern pattern, bool mounted);
    void rebuild();

    Response dispatch(Environ& environ) const;
    const ErrorHandler* handler_of(int status) const noexcept;

    /// By precedence.
    std::vector<Route> routes_;
    std::vector<Middleware> middleware_;
    /// The middleware around dispatch(), each without errors. Refers to this State, which owns it.
    App chain_;
    /// Status and handler; status 0 for all others.
    std::vector<std::pair<int, ErrorHandler>> error_handlers_;
};

void Router::State::rebuild() {
    chain_ = http::answering_errors([this](Environ& environ) { return dispatch(environ); });
    for (auto it = middleware_.rbegin(); it != middleware_.rend(); ++it) {
        chain_ = http::answering_errors((*it)(std::move(chain_)));
    }
}

std::size_t Router::State::status_index(int status) {
    const auto found = std::find_if(error_handlers_.begin(), error_handlers_.end(),
                                    [status](const auto& entry) { return entry.first == status; });
    if (found != error_handlers_.end()) return static_cast<std::size_t>(found - error_handlers_.begin());
    error_handlers_.emplace_back(status, nullptr);
    return error_handlers_.size() - 1;
}

Router::State::Route& Router::State::route_for(http::RoutePattern pattern, bool mounted) {
    for (auto& route : routes_) {
        if (route.pattern.same_paths(pattern) && route.mounted == mounted) return route;
    }
    const auto after = std::find_if(routes_.begin(), routes_.end(),
                                    [&](const Route& other) { return pattern.goes_before(other.pattern); });
    return *routes_.insert(after, Route{std::move(pattern), mounted, {}});
}

void Router::State::add(std::string_view methods, std::string_view pattern, bool subtree, bool mounted,
                        const App& app) {
    if (!app) throw std::invalid_argument("route \"" + std::string(pattern) + "\": no app");
    if (methods.empty()) throw std::invalid_argument("route \"" + std::string(pattern) + "\": no method");
    auto& route = route_for(http::RoutePattern(pattern, subtree), mounted);
    while (!methods.empty()) {
        const auto method = http::next_element(methods);
        if (!http::is_token(method)) throw std::invalid_argument("route \"" + std::string(pattern) + "\": bad method");
        if (route.find(method)) {
            throw std::invalid_argument("route \"" + std::string(pattern) + "\": has " + std::string(method) +
                                        " already");
        }
        route.apps.emplace_back(method, app);
    }
}

/// A router that works on the request, and who made the pages before; null for nobody.
class Router::State::Enclosing final : public http::ErrorPages {
public:
    Enclosing(const State& router, std::shared_ptr<const ErrorPages> outer)
        : router_(router), outer_(std::move(outer)) {}

    Response answer(Environ& environ, const HttpError& error) const override {
        const ErrorHandler* const handler = router_.handler_of(error.status());
        if (!handler) return outer_ ? outer_->answer(environ, error) : http::error_page(error);
        try {
            auto response = (*handler)(environ, error);
            http::add_error_headers(response, error);
            return response;
        } catch (const std::exception& again) {
            http::log_app_exception(environ, again.what());
            return http::error_page(error);
        }
    }
    const std::shared_ptr<const ErrorPages>& outer() const noexcept { return outer_; }
    void leave() noexcept { at_work_ = false; }

private:
    const State& router_;
    const std::shared_ptr<const ErrorPages> outer_;
};

/// While it lives, `router` makes the pages of errors. The app may move the environ away meanwhile.
class Router::State::Inside {
public:
    Inside(Environ& environ, const State& router)
        : environ_(environ), here_(std::make_shared<Enclosing>(router, http::error_pages_at_work(environ))) {
        environ.set(http::ErrorPagesOf{here_});
    }
    ~Inside() {
        here_->leave();
        if (!here_->outer()) {
            environ_.erase<http::ErrorPagesOf>();
        } else if (auto* const kept = environ_.get<http::ErrorPagesOf>()) {
            kept->pages = here_->outer();
        }
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    Environ& environ_;
    const std::shared_ptr<Enclosing> here_;
};

Response Router::State::operator()(Environ& environ) const {
    const Inside inside(environ, *this);
    return chain_(environ);
}

Response Router::State::dispatch(Environ& environ) const {
    if (!environ.path_is_valid()) throw HttpError(400, "The path of the request is malformed.");
    // OPTIONS * asks about the server as a whole (RFC 9110, 9.3.7).
    if (environ.path() == "*") return Response(environ.method() == "OPTIONS" ? 204 : 400);

    const http::PathSegments path(environ.path());
    AllowedMethods allowed;
    bool path_known = false;
    bool slash_differs = false;
    for (const auto& route : routes_) {
        const auto match = route.pattern.match(path);
        if (!match) continue;
        const App* app = route.find_for(environ.method());
        if (match->slash_differs) {
            slash_differs = slash_differs || app;
            continue;
        }
        if (!app) {
            path_known = true;
            for (const auto& entry : route.apps) allowed.add(entry.first);
            continue;
        }
        for (const auto& [name, value] : match->params) environ.set_param(name, value);
        if (route.mounted) environ.mount(match->matched_length);
        return (*app)(environ);
    }

    if (path_known && environ.method() == "OPTIONS") {
        Response response(204);
        response.headers.add("Allow", allowed.list());
        return response;
    }
    if (path_known) throw HttpError(405, {}, {{"Allow", allowed.list()}});
    if (slash_differs) {
        auto target = http::encode_path(environ.script_name() + environ.path());
        if (target.ends_with('/')) {
            target.pop_back();
        } else {
            target += '/';
        }
        if (http::is_local_path(target)) {
            if (const auto query = environ.request().query_string(); !query.empty()) target.append("?").append(query);
            return Response::redirect(target, 308);
        }
    }
    throw HttpError(404);
}

const Router::ErrorHandler* Router::State::handler_of(int status) const noexcept {
    const ErrorHandler* for_all = nullptr;
    for (const auto& [handled, handler] : error_handlers_) {
        if (handled == status && handler) return &handler;
        if (handled == 0 && handler) for_all = &handler;
    }
    return for_all;
}

Router::Router() : state_(std::make_shared<State>()) {}

Router& Router::get(std::string_view pattern, const App& app) { return route("GET", pattern, app); }
Router& Router::post(std::string_view pattern, const App& app) { return route("POST", pattern, app); }
Router& Router::put(std::string_view pattern, const App& app) { return route("PUT", pattern, app); }
Router& Router::patch(std::string_view pattern, const App& app) { return route("PATCH", pattern, app); }
Router& Router::del(std::string_view pattern, const App& app) { return route("DELETE", pattern, app); }

Router& Router::route(std::string_view methods, std::string_view pattern, const App& app) {
    state_->add(methods, pattern, false, false, app);
    return *this;
}

Router& Router::any(std::string_view pattern, const App& app) {
    state_->add(any_method, pattern, true, false, app);
    return *this;
}

Router& Router::mount(std::string_view prefix, const App& app) {
    state_->add(any_method, prefix, true, true, app);
    return *this;
}

Router& Router::use(Middleware middleware) {
    state_->use(std::move(middleware));
    return *this;
}

Router& Router::on_error(int status, ErrorHandler handler) {
    state_->on_error(status, std::move(handler));
    return *this;
}

Router& Router::on_error(ErrorHandler handler) {
    state_->on_error(0, std::move(handler));
    return *this;
}

Response Router::operator()(Environ& environ) const { return (*state_)(environ); }

}  // namespace sio
