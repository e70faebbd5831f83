#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <sio/any_greenlet.hpp>
#include <sio/detail/wait_queue.hpp>
#include <sio/semaphore.hpp>

namespace sio::detail {

/// The members of a Group or Pool. Outlives it as long as members do.
class GroupCore : public std::enable_shared_from_this<GroupCore> {
public:
    explicit GroupCore(std::optional<std::size_t> limit);

    void start(const AnyGreenlet& greenlet);
    void add(const AnyGreenlet& greenlet);
    void discard(const AnyGreenlet& greenlet);

    std::size_t size() const;
    std::vector<AnyGreenlet> greenlets() const;
    std::size_t free_count() const { return places_ ? places_->available() : static_cast<std::size_t>(-1); }

    bool join(Duration limit, bool raise_error);
    void kill(bool wait, Duration limit);
    bool wait_available(Duration limit);

private:
    struct Member {
        AnyGreenlet greenlet;
        LinkId link{};
    };

    void enter(const AnyGreenlet& greenlet);
    Member leave(std::uint64_t id, std::exception_ptr exception);

    mutable WaitQueue empty_;  // its lock guards the rest
    std::unordered_map<std::uint64_t, Member> members_;
    std::exception_ptr first_exception_;
    std::optional<Semaphore> places_;
};

/// Kills what was added and has not ended, and waits for it, in its destructor.
class KilledAtEnd {
public:
    KilledAtEnd() = default;
    ~KilledAtEnd();
    KilledAtEnd(const KilledAtEnd&) = delete;
    KilledAtEnd& operator=(const KilledAtEnd&) = delete;

    void add(AnyGreenlet greenlet) { greenlets_.push_back(std::move(greenlet)); }

private:
    std::vector<AnyGreenlet> greenlets_;
};

}  // namespace sio::detail
