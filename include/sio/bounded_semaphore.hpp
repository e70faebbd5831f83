#pragma once

#include <cstddef>

#include <sio/semaphore.hpp>

namespace sio {

/// A Semaphore that finds out when more permits are given back than were taken. gevent: `gevent.lock.BoundedSemaphore`.
class BoundedSemaphore : public Semaphore {
public:
    explicit BoundedSemaphore(std::size_t permits = 1) noexcept : Semaphore(permits), bound_(permits) {}

    /// Gives permits back. Throws Error(errc::limit_exceeded), and changes nothing, when that many are not taken.
    void release(std::size_t permits = 1) { release_up_to(permits, bound_); }
    void unlock() { release(); }

private:
    const std::size_t bound_;
};

}  // namespace sio
