#include <sio/app.hpp>

#include <iterator>
#include <utility>

namespace sio {

App wrap(App app, std::initializer_list<Middleware> middleware) {
    for (auto it = std::rbegin(middleware); it != std::rend(middleware); ++it) app = (*it)(std::move(app));
    return app;
}

}  // namespace sio
