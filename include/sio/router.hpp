#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <sio/app.hpp>
#include <sio/http_error.hpp>

namespace sio {

/// An app that chooses among others by method and path.
///
/// ```
/// sio::Router app;
/// app.get("/", list_rooms);
/// app.get("/room/<slug>", show_room);             // environ.param("slug")
/// app.post("/room/<int:id>/close", close_room);   // environ.param<int>("id")
/// app.get("/wiki/<path:page>", show_page);        // also below: /wiki/a/b
/// app.mount("/static", sio::StaticFiles("static"));
/// app.any("/socket.io", socketio_app);            // every method, and every path below
/// ```
///
/// Patterns. A segment is text, a parameter `<name>`, or one parameter with text around it (`<name>.json`).
/// `<name>` takes one segment, not empty; `<int:name>` one of digits alone, up to 2^63 - 1; `<path:name>`, at the end
/// only, what is left, slashes included, not empty. Text stands for itself, not percent-encoded. Paths are compared as
/// decoded (Environ::path()), with case.
///
/// Which route. The more specific one, whatever the order in which they were added: segment by segment text goes before
/// `<int:name>`, that before `<name>`, that before `<path:name>` and before the subtree of any() or mount(). When that
/// one does not have the method, the next one that matches is asked.
///
/// Without a route: 404; with routes for other methods only: 405 with `Allow`. HEAD is answered by the route for GET (the
/// server leaves the body out), OPTIONS with 204 and `Allow`, unless there are routes for them. A path that would match
/// with one slash more or less at its end is redirected there (308, so a POST stays one). A path that is not valid (see
/// Environ::path_is_valid()) is 400.
///
/// Errors. An HttpError out of an app becomes a page with its status and text. Any other std::exception is logged, and
/// the client gets a 500 that says nothing about it. What is not a std::exception (a greenlet being killed) passes.
///
/// A Router is a handle: copies share their routes, so one may be added after the app was given to a server, but not
/// while requests are being served. Threads: serving on several shards at once is fine.
class Router {
public:
    /// Makes the answer to an error; `error` has status, text and header fields (they are added for you).
    using ErrorHandler = std::function<Response(Environ& environ, const HttpError& error)>;

    Router();

    // Each throws std::invalid_argument when the pattern is malformed or already has that method.

    Router& get(std::string_view pattern, const App& app);
    Router& post(std::string_view pattern, const App& app);
    Router& put(std::string_view pattern, const App& app);
    Router& patch(std::string_view pattern, const App& app);
    Router& del(std::string_view pattern, const App& app);
    /// Exactly this path, for one method, or for several with commas between (`GET,POST`), or for all (`*`).
    Router& route(std::string_view methods, std::string_view pattern, const App& app);
    /// All methods, for this path and every path below it. The app sees the whole path; see mount() for the other way.
    /// `any("/", page)` takes whatever no other route does.
    Router& any(std::string_view pattern, const App& app);
    /// The same, but the app sees the path below the prefix only: the prefix moves from path() to script_name().
    /// What the prefix's parameters matched can be read in the app.
    Router& mount(std::string_view prefix, const App& app);

    /// Wraps everything that this router answers, error pages included; the first added is the outermost.
    Router& use(Middleware middleware);

    /// Answers errors of that status, or all those without a handler of their own. An exception out of a handler is
    /// logged and replaced by the plain page.
    ///
    /// A router within another (mounted, or called by one of its apps) leaves errors that it has no handler for to the
    /// outer one.
    Router& on_error(int status, ErrorHandler handler);
    Router& on_error(ErrorHandler handler);

    Response operator()(Environ& environ) const;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace sio
