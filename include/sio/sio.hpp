#pragma once

// Everything that an application needs, but for what costs a second of compile time more or is for few: <sio/json.hpp>
// (documents), <sio/template.hpp> and <sio/session_cookie.hpp> (which use them), and <sio/beast.hpp>.

#include <sio/access_log.hpp>
#include <sio/app.hpp>
#include <sio/args.hpp>
#include <sio/basic_auth.hpp>
#include <sio/binary.hpp>
#include <sio/compress.hpp>
#include <sio/cookie.hpp>
#include <sio/csrf.hpp>
#include <sio/describe.hpp>
#include <sio/environ.hpp>
#include <sio/error.hpp>
#include <sio/form.hpp>
#include <sio/greenlet.hpp>
#include <sio/html.hpp>
#include <sio/http_compression.hpp>
#include <sio/http_error.hpp>
#include <sio/json_convert.hpp>
#include <sio/json_object.hpp>
#include <sio/log.hpp>
#include <sio/manage.hpp>
#include <sio/mixins.hpp>
#include <sio/namespace.hpp>
#include <sio/namespaces.hpp>
#include <sio/open_metrics.hpp>
#include <sio/packet.hpp>
#include <sio/password.hpp>
#include <sio/response.hpp>
#include <sio/router.hpp>
#include <sio/server.hpp>
#include <sio/socket.hpp>
#include <sio/static_files.hpp>
#include <sio/stats.hpp>
#include <sio/trust_proxy.hpp>
#include <sio/version.hpp>
#include <sio/websocket.hpp>
#include <sio/websocket_compression.hpp>
