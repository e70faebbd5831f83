#pragma once

namespace sio::detail {

/// Something that a loop runs when its turn comes: a link in the loop's queue of what is ready.
class Runnable {
public:
    Runnable(const Runnable&) = delete;
    Runnable& operator=(const Runnable&) = delete;

    virtual void run_ready() noexcept = 0;

    Runnable* next_ready = nullptr;  // the loop's, while queued

protected:
    Runnable() = default;
    ~Runnable() = default;
};

}  // namespace sio::detail
