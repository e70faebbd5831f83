#include <sio/app.hpp>

#include <iterator>
#include <utility>

#include "http/run_app.hpp"

namespace sio {

App wrap(App app, std::initializer_list<Middleware> middleware) {
    app = http::answering_errors(std::move(app));
    for (auto it = std::rbegin(middleware); it != std::rend(middleware); ++it) {
        app = http::answering_errors((*it)(std::move(app)));
    }
    return app;
}

}  // namespace sio
