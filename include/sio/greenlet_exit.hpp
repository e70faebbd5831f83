#pragma once

namespace sio {

/// Thrown by the blocking call of a greenlet that has been killed, so that its stack unwinds and destructors run.
///
/// Not a std::exception, so that handlers for errors let it pass. A `catch (...)` should rethrow it; when it does not,
/// the greenlet stays killed and its next blocking call throws again. gevent: `gevent.GreenletExit`.
class GreenletExit {};

}  // namespace sio
