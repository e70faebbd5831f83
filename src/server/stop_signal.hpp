#pragma once

namespace sio::server {

/// Where a thread waits until the server is to stop: for another thread's call, or for SIGTERM or SIGINT.
///
/// One at a time in a process may handle signals. Their former dispositions come back with the first signal (a second
/// one then ends a process that does not manage to stop) or with the end of the object.
class StopSignal {
public:
    /// Throws std::system_error when the process has no file descriptor left.
    explicit StopSignal(bool handle_signals);
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Blocks until raise() or a signal. Returns the signal's number, 0 for raise().
    int wait();
    /// Any thread.
    void raise() noexcept;

private:
    void restore() noexcept;

    int event_;  // an eventfd: async-signal-safe to write to
    bool handling_;
};

}  // namespace sio::server
