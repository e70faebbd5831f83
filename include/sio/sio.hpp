#pragma once

// Everything that an application needs, but for <sio/json.hpp> (documents; a second of compile time) and the bridges to
// other HTTP servers.

#include <sio/app.hpp>
#include <sio/args.hpp>
#include <sio/binary.hpp>
#include <sio/describe.hpp>
#include <sio/environ.hpp>
#include <sio/error.hpp>
#include <sio/json_convert.hpp>
#include <sio/json_object.hpp>
#include <sio/log.hpp>
#include <sio/manage.hpp>
#include <sio/mixins.hpp>
#include <sio/namespace.hpp>
#include <sio/namespaces.hpp>
#include <sio/packet.hpp>
#include <sio/response.hpp>
#include <sio/router.hpp>
#include <sio/socket.hpp>
#include <sio/version.hpp>
