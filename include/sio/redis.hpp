#pragma once

// Redis for greenlets, RESP3 with a fallback to RESP2: the library target sio::redis. See docs/guides/databases.md.

#include <sio/redis/client.hpp>
#include <sio/redis/command.hpp>
#include <sio/redis/error.hpp>
#include <sio/redis/message.hpp>
#include <sio/redis/options.hpp>
#include <sio/redis/pipeline.hpp>
#include <sio/redis/subscriber.hpp>
#include <sio/redis/value.hpp>
