#include <sio/local.hpp>

#include <atomic>

#include "greenlet/worker.hpp"

namespace sio::detail {

// A value's destructor may use other values, or make some: it is taken out of the list first.
void LocalValues::erase(std::uint64_t key) noexcept {
    for (auto value = values_.begin(); value != values_.end(); ++value) {
        if (value->first != key) continue;
        const auto doomed = std::move(value->second);
        values_.erase(value);
        return;
    }
}

void LocalValues::clear() noexcept {
    while (!values_.empty()) {
        const auto doomed = std::move(values_.back().second);
        values_.pop_back();
    }
}

LocalValues& current_locals() { return greenlet::Worker::require_current("Local").locals(); }

std::uint64_t new_local_key() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

}  // namespace sio::detail
