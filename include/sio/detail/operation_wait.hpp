#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <sio/detail/wait.hpp>

namespace sio::greenlet {

/// The wait for one Asio operation, begun by the current greenlet; see sio/asio.hpp.
class OperationWait : public Wait {
public:
    /// Throws Error(errc::not_in_greenlet), and what interrupts the greenlet.
    OperationWait();

    /// Returns when complete() has been called.
    void wait() noexcept;
    /// The operation has ended, or its handler was dropped. The object may be gone afterwards.
    void complete() noexcept;
    /// Cancels the operation; whatever comes of that ends the wait.
    void interrupt() noexcept override;
    void throw_if_interrupted() const;

    boost::asio::io_context::executor_type executor() const noexcept;
    boost::asio::cancellation_slot slot() noexcept { return signal_.slot(); }

protected:
    ~OperationWait() = default;

private:
    boost::asio::cancellation_signal signal_;
    bool completed_ = false;
    bool suspended_ = false;
    bool interrupting_ = false;
};

}  // namespace sio::greenlet
