#pragma once

#include <functional>
#include <initializer_list>

#include <sio/environ.hpp>
#include <sio/response.hpp>

namespace sio {

/// A web application: anything callable with an Environ that returns a Response. WSGI's `app(environ, start_response)`.
///
/// It runs in a greenlet of the request's shard and may block there (sio::sleep, sio::offload, ...). Requests on several
/// shards run at the same time, on the same App.
using App = std::function<Response(Environ&)>;

/// What makes an app out of an app: looks at the request before, and at the response after.
///
/// ```
/// sio::Middleware no_sniff = [](sio::App next) -> sio::App {
///     return [next](sio::Environ& environ) {
///         auto response = next(environ);
///         response.headers.set("X-Content-Type-Options", "nosniff");
///         return response;
///     };
/// };
/// ```
///
/// After `next` has returned, the Environ may have been moved out of (a Socket.IO session keeps it): read what is needed
/// from it before.
using Middleware = std::function<App(App)>;

/// `app` within the middleware; the first of the list is the outermost and sees the request first. An HttpError, or another
/// std::exception, out of the app or one of them is a response for those around it: the page of the Router in which this is, or a
/// plain one.
App wrap(App app, std::initializer_list<Middleware> middleware);

}  // namespace sio
