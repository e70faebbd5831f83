#pragma once

#include <sio/describe.hpp>
#include <sio/mixins.hpp>
#include <sio/namespaces.hpp>
#include <sio/socket.hpp>
