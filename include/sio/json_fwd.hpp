#pragma once

namespace boost::json {
class value;
}

namespace sio {

/// Any JSON value. Include <sio/json.hpp> to use one: it is the only public header with Boost.JSON in it, which costs a
/// second of compile time, and handlers with typed parameters do without.
using Json = boost::json::value;

}  // namespace sio
