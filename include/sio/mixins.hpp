#pragma once

#include <sio/broadcast_mixin.hpp>
#include <sio/lonely_room_mixin.hpp>
#include <sio/rooms_mixin.hpp>
