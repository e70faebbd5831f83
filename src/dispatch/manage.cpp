#include <sio/manage.hpp>

#include <utility>

#include <sio/environ.hpp>
#include <sio/error.hpp>

#include "dispatch/registry.hpp"
#include "dispatch/socket_impl.hpp"

namespace sio {
namespace {

std::shared_ptr<dispatch::SocketImpl> socket_of(const Environ& environ) {
    const auto* const binding = environ.get<dispatch::SocketBinding>();
    return binding ? binding->socket.lock() : nullptr;
}

// Null when there is nothing but defaults in it, as nearly always.
std::shared_ptr<const ManageOptions> shared(ManageOptions options) {
    const bool any = options.request.has_value() || !options.headers.empty() || options.error_handler ||
                     options.json_loads || options.json_dumps;
    return any ? std::make_shared<const ManageOptions>(std::move(options)) : nullptr;
}

}  // namespace

ManagedSocket socketio_manage(Environ& environ, const Namespaces& namespaces, ManageOptions options) {
    auto socket = socket_of(environ);
    if (!socket) throw Error(errc::not_attached, "sio: socketio_manage(): this request opens no Socket.IO session");
    socket->bind(namespaces, shared(std::move(options)));
    return ManagedSocket(std::move(socket));
}

App route(Namespaces namespaces, ManageOptions options) {
    return [namespaces = std::move(namespaces), options = shared(std::move(options))](Environ& environ) -> Response {
        const auto socket = socket_of(environ);
        if (!socket) return Response(404, "Not Found");
        socket->bind(namespaces, options);
        return ManagedSocket(socket);
    };
}

Namespaces::Namespaces() : registry_(std::make_shared<dispatch::Registry>()) {}

BroadcastOperator Namespaces::of(std::string_view name) const {
    registry_->require_known(name);
    detail::BroadcastTarget target;
    target.nsp = name.empty() ? "/" : name;
    return BroadcastOperator(registry_, std::move(target));
}

bool Namespaces::contains(std::string_view name) const { return registry_->find(name) != nullptr; }

void Namespaces::add_class(std::string_view name, detail::NamespaceClass made) {
    registry_->add(name, std::move(made));
}

void Namespaces::add_class(Predicate predicate, detail::NamespaceClass made) {
    registry_->add(std::move(predicate), std::move(made));
}

}  // namespace sio
