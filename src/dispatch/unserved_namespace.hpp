#pragma once

#include <sio/namespaces.hpp>

namespace sio::dispatch {

/// The class of a default namespace that the application has not registered, for clients whose protocol connects it
/// anyway. Whatever they send there is answered with the error `no_such_namespace`, as gevent-socketio does.
const detail::NamespaceClass& unserved_namespace();

}  // namespace sio::dispatch
