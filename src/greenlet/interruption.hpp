#pragma once

namespace sio::greenlet {

/// In a `catch (...)`: whether what was caught is no error but a kill or the limit of a scope, perhaps an outer one, which is to
/// go on to where it belongs.
bool is_interruption() noexcept;

/// In a `catch (...)` that lets nothing out, since it is in a step that must not throw: an interruption that was caught is thrown
/// again by the greenlet's next blocking call.
void keep_interruption() noexcept;

}  // namespace sio::greenlet
