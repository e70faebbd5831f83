#include <sio/detail/group_core.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <sio/detail/deadline.hpp>
#include <sio/greenlet.hpp>

namespace sio::detail {

GroupCore::GroupCore(std::optional<std::size_t> limit) {
    if (limit == 0) throw std::invalid_argument("Pool: a size of 0");
    if (limit) places_.emplace(*limit);
}

void GroupCore::start(const AnyGreenlet& greenlet) {
    if (places_) places_->acquire();
    enter(greenlet);
    try {
        GreenletAccess::core(greenlet).start();
    } catch (...) {
        discard(greenlet);
        throw;
    }
}

void GroupCore::add(const AnyGreenlet& greenlet) {
    {
        const auto lock = empty_.lock();
        if (members_.contains(greenlet.id())) return;
    }
    if (places_) places_->acquire();
    enter(greenlet);
}

// The hook refers to the greenlet by its number and pointer only: the greenlet owns it.
void GroupCore::enter(const AnyGreenlet& greenlet) {
    {
        const auto lock = empty_.lock();
        if (!members_.emplace(greenlet.id(), Member{greenlet}).second) {
            if (places_) places_->release();
            return;
        }
    }
    const LinkId link =
        greenlet.rawlink([group = shared_from_this(), id = greenlet.id(), core = &GreenletAccess::core(greenlet)] {
            group->leave(id, core->peek_exception());
        });
    const auto lock = empty_.lock();
    if (const auto member = members_.find(greenlet.id()); member != members_.end()) member->second.link = link;
}

void GroupCore::discard(const AnyGreenlet& greenlet) {
    const Member member = leave(greenlet.id(), nullptr);
    if (member.greenlet) member.greenlet.unlink(member.link);
}

// Returns the member, which is to end after the lock.
GroupCore::Member GroupCore::leave(std::uint64_t id, std::exception_ptr exception) {
    Member last;
    const auto lock = empty_.lock();
    const auto member = members_.find(id);
    if (member == members_.end()) return last;
    last = std::move(member->second);
    members_.erase(member);
    if (exception && !first_exception_) first_exception_ = std::move(exception);
    if (places_) places_->release();
    if (members_.empty() || first_exception_) empty_.wake_all();
    return last;
}

std::size_t GroupCore::size() const {
    const auto lock = empty_.lock();
    return members_.size();
}

std::vector<AnyGreenlet> GroupCore::greenlets() const {
    const auto lock = empty_.lock();
    std::vector<AnyGreenlet> all;
    all.reserve(members_.size());
    for (const auto& [id, member] : members_) all.push_back(member.greenlet);
    std::sort(all.begin(), all.end(), [](const AnyGreenlet& a, const AnyGreenlet& b) { return a.id() < b.id(); });
    return all;
}

bool GroupCore::join(Duration limit, bool raise_error) {
    const Deadline deadline(limit);
    auto lock = empty_.lock();
    for (;;) {
        if (raise_error && first_exception_) {
            const auto exception = std::exchange(first_exception_, nullptr);
            lock.unlock();
            std::rethrow_exception(exception);
        }
        if (members_.empty()) break;
        if (!empty_.wait(lock, deadline.left(), "Group::join")) return false;
        lock.lock();
    }
    first_exception_ = nullptr;
    return true;
}

void GroupCore::kill(bool wait, Duration limit) { killall(greenlets(), wait, limit); }

bool GroupCore::wait_available(Duration limit) {
    if (!places_) return true;
    if (!places_->acquire(limit)) return false;
    places_->release();
    return true;
}

// What a killed caller waits for here must not throw, and in a destructor it does not: an exception is on its way, or there
// is nothing to wait for.
KilledAtEnd::~KilledAtEnd() {
    const Shield shield;
    killall(greenlets_);
}

}  // namespace sio::detail
