#pragma once

// Greenlets as a toolkit: everything that gevent has, under its names. See docs/guides/greenlets.md. <sio/greenlet.hpp>
// alone is what <sio/sio.hpp> includes.

#include <sio/bounded_semaphore.hpp>
#include <sio/channel.hpp>
#include <sio/condition.hpp>
#include <sio/greenlet.hpp>
#include <sio/group.hpp>
#include <sio/iwait.hpp>
#include <sio/local.hpp>
#include <sio/pool.hpp>
#include <sio/priority_queue.hpp>
#include <sio/raw.hpp>
#include <sio/rlock.hpp>
