#pragma once

#include <atomic>
#include <string>

#include <sio/error.hpp>

namespace sio::database {

/// While it lives, a connection is the current greenlet's; a second one gets Error(errc::in_use).
class ExclusiveUse {
public:
    ExclusiveUse(std::atomic<bool>& flag, const char* what) : flag_(flag) {
        if (flag_.exchange(true, std::memory_order_acquire))
            throw Error(errc::in_use, std::string(what) + " is being used by another greenlet");
    }
    ~ExclusiveUse() { flag_.store(false, std::memory_order_release); }
    ExclusiveUse(const ExclusiveUse&) = delete;
    ExclusiveUse& operator=(const ExclusiveUse&) = delete;

private:
    std::atomic<bool>& flag_;
};

}  // namespace sio::database
