#pragma once

#include <sio/detail/runnable.hpp>

namespace sio::greenlet {

class Worker;

/// Why a greenlet is suspended: an object on its stack, for as long as it is.
///
/// Whatever ends the wait calls resume_soon() once (on the loop's thread), after which nobody may touch the object.
class Wait : public detail::Runnable {
public:
    Wait(Worker& worker, const char* what) noexcept : worker_(worker), what_(what) {}

    /// The greenlet is to stop waiting, because it is killed or its time is up. An implementation calls resume_soon(),
    /// now or when it can, unless the wait has ended already. Called on the loop's thread, while it is suspended.
    virtual void interrupt() noexcept = 0;

    Worker& worker() const noexcept { return worker_; }
    /// What the greenlet waits for: the name of the blocking call.
    const char* what() const noexcept { return what_; }

    /// The greenlet goes on when its turn comes.
    void resume_soon() noexcept;

    void run_ready() noexcept override;

protected:
    ~Wait() = default;

private:
    Worker& worker_;
    const char* what_;
};

}  // namespace sio::greenlet
