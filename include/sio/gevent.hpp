#pragma once

// Greenlets as a toolkit: everything that gevent has, under its names where C++ allows. See docs/guides/greenlets.md.
// <sio/greenlet.hpp> alone is what <sio/sio.hpp> includes. For operations of Asio in greenlets: <sio/asio.hpp>.

#include <sio/bounded_semaphore.hpp>
#include <sio/channel.hpp>
#include <sio/condition.hpp>
#include <sio/file.hpp>
#include <sio/greenlet.hpp>
#include <sio/group.hpp>
#include <sio/http_client.hpp>
#include <sio/iwait.hpp>
#include <sio/joinable_queue.hpp>
#include <sio/local.hpp>
#include <sio/pool.hpp>
#include <sio/priority_queue.hpp>
#include <sio/raw.hpp>
#include <sio/resolve.hpp>
#include <sio/rlock.hpp>
#include <sio/shield.hpp>
#include <sio/signals.hpp>
#include <sio/stream_server.hpp>
#include <sio/subprocess.hpp>
#include <sio/thread_pool.hpp>
#include <sio/ticker.hpp>
#include <sio/wait_descriptor.hpp>
#include <sio/websocket_client.hpp>
