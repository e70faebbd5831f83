#include <sio/detail/pool_core.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "io/limited.hpp"

namespace sio {

namespace {

std::string seconds(Duration time) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    const std::string fraction = std::to_string(1000 + milliseconds % 1000).substr(1);
    return std::to_string(milliseconds / 1000) + "." + fraction + " s";
}

}  // namespace

PoolTimeout::PoolTimeout(std::size_t size, Duration waited)
    : TimeoutError("no connection of the pool's " + std::to_string(size) + " was to be had within " + seconds(waited)),
      size_(size),
      waited_(waited) {}

namespace detail {

/// A place that the current greenlet has taken: freed unless a connection fills it.
class PoolCore::Place {
public:
    explicit Place(PoolCore& pool) noexcept : pool_(pool) {}
    ~Place() {
        if (!filled_) pool_.free_place();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    void fill() noexcept { filled_ = true; }

private:
    PoolCore& pool_;
    bool filled_ = false;
};

PoolCore::PoolCore(const PoolOptions& options, Open open) : options_(options), open_(std::move(open)) {
    if (options_.size == 0) throw Error(errc::invalid_value, "a connection pool of size 0");
}

PoolCore::Member PoolCore::acquire(Duration limit) {
    require_greenlet("ConnectionPool::acquire");
    const Deadline deadline(limit);
    Handover turn = wait_for_turn(deadline, limit);
    Place place(*this);
    Member member = std::move(turn.member);  // closed, if it comes to that, before its place is free
    const bool in_time = io::within(deadline.left(), [&] {
        if (member && !usable(*member)) member.reset();
        if (!member) member = open_();
    });
    if (!in_time) throw_timeout(deadline, limit);
    place.fill();
    return member;
}

PoolCore::Handover PoolCore::wait_for_turn(const Deadline& deadline, Duration limit) {
    std::vector<Member> forgotten;  // closed without the lock
    auto lock = waiting_.lock();
    if (closed_) throw Error(errc::connection_closed, "the connection pool has been closed");
    forgotten = take_forgotten();
    if (!idle_.empty()) {
        Handover turn{std::move(idle_.back()), true};
        idle_.pop_back();
        return turn;
    }
    if (members_ < options_.size) {
        idle_.reserve(members_ + 1);  // so that release() need not allocate
        ++members_;
        return {nullptr, true};
    }
    Handover turn;
    ++waiters_;
    bool woken = false;
    try {
        woken = waiting_.wait(lock, deadline.left(), "ConnectionPool::acquire", &turn);
    } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        --waiters_;
        throw;
    }
    if (!lock.owns_lock()) lock.lock();
    --waiters_;
    if (!woken) {
        lock.unlock();
        throw_timeout(deadline, limit);
    }
    if (!turn.place) throw Error(errc::connection_closed, "the connection pool has been closed");
    return turn;
}

bool PoolCore::usable(Pooled& member) {
    const auto now = Pooled::Clock::now();
    if (too_old(member, now) || !member.reusable()) return false;
    if (options_.check_after == forever || now - member.used_ < options_.check_after) return true;
    try {
        member.check();
        return member.reusable();
    } catch (const TimeoutError&) {
        throw;  // the caller's limit, which may be over
    } catch (const std::exception&) {
        return false;
    }
}

bool PoolCore::too_old(const Pooled& member, Pooled::Clock::time_point now) const noexcept {
    return options_.max_lifetime != forever && now - member.opened_ >= options_.max_lifetime;
}

void PoolCore::release(Member member) noexcept {
    const auto now = Pooled::Clock::now();
    if (too_old(*member, now) || !member->reusable()) return discard(std::move(member));
    member->used_ = now;
    std::vector<Member> forgotten;
    const auto lock = waiting_.lock();
    if (closed_) {
        --members_;
        forgotten.push_back(std::move(member));
    } else if (!waiting_.empty()) {
        *static_cast<Handover*>(waiting_.first()) = {std::move(member), true};
        waiting_.wake_one();
    } else {
        idle_.push_back(std::move(member));
        forgotten = take_forgotten();
    }
}

void PoolCore::discard(Member member) noexcept {
    member.reset();
    free_place();
}

void PoolCore::free_place() noexcept {
    const auto lock = waiting_.lock();
    if (!closed_ && !waiting_.empty()) {
        static_cast<Handover*>(waiting_.first())->place = true;
        waiting_.wake_one();
    } else {
        --members_;
    }
}

// The lock is held. The oldest ones are at the front.
std::vector<PoolCore::Member> PoolCore::take_forgotten() {
    std::vector<Member> forgotten;
    if (options_.max_idle == forever) return forgotten;
    const auto limit = Pooled::Clock::now() - options_.max_idle;
    std::size_t count = 0;
    while (idle_.size() - count > options_.min_idle && idle_[count]->used_ < limit) ++count;
    const auto end = idle_.begin() + static_cast<std::ptrdiff_t>(count);
    forgotten.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(end));
    idle_.erase(idle_.begin(), end);
    members_ -= count;
    return forgotten;
}

void PoolCore::fill() {
    for (;;) {
        {
            const auto lock = waiting_.lock();
            if (closed_ || members_ >= std::min(options_.min_idle, options_.size)) return;
            idle_.reserve(members_ + 1);
            ++members_;
        }
        Place place(*this);
        Member member = open_();
        place.fill();
        release(std::move(member));
    }
}

void PoolCore::close() noexcept {
    std::vector<Member> idle;
    const auto lock = waiting_.lock();
    closed_ = true;
    members_ -= idle_.size();
    idle.swap(idle_);
    waiting_.wake_all();
}

PoolStats PoolCore::stats() const {
    const auto lock = waiting_.lock();
    return {idle_.size(), members_ - idle_.size(), waiters_};
}

void PoolCore::throw_timeout(const Deadline& deadline, Duration limit) const {
    // What is left is negative by as much as the greenlet came late.
    throw PoolTimeout(options_.size, limit - deadline.left());
}

}  // namespace detail

}  // namespace sio
