#include "session/session_quota.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <vector>

using namespace sio;
using session::Limit;
using session::SessionQuota;
using session::SessionSlot;

namespace {

struct Fixture {
    EngineOptions options;
    session::Counters counters;
    std::shared_ptr<SessionQuota> quota = std::make_shared<SessionQuota>();

    SessionSlot take(std::string_view address = "192.0.2.1") { return quota->take(options, address, counters); }
    std::uint64_t reached(Limit limit) const { return counters.limits[static_cast<std::size_t>(limit)].get(); }
};

}  // namespace

TEST_CASE("an address has so many sessions that nothing carries, and others have theirs") {
    Fixture f;
    f.options.max_idle_sessions_per_address = 2;
    std::vector<SessionSlot> slots;
    slots.push_back(f.take());
    slots.push_back(f.take());
    CHECK_FALSE(f.take());
    CHECK(f.reached(Limit::max_idle_sessions_per_address) == 1);
    CHECK(f.take("192.0.2.2"));
    CHECK(f.take("2001:db8::1"));

    slots[0].set_carried(true);
    slots.push_back(f.take());
    CHECK(slots.back());
    CHECK_FALSE(f.take());
    slots[0].set_carried(false);  // three now, one too many, which stays
    slots[1].end();
    CHECK_FALSE(f.take());
    slots[2].end();
    CHECK(f.take());
    CHECK(f.quota->size() == 1);
}

TEST_CASE("what goes on for a session that has ended counts until it is done") {
    Fixture f;
    f.options.max_idle_sessions_per_address = 3;
    f.options.max_sessions = 1;
    SessionSlot session = f.take();
    session.set_carried(true);
    SessionSlot works = session;
    session.end();
    works.set_works(3);
    CHECK(f.quota->size() == 1);
    CHECK_FALSE(f.take());
    CHECK(f.reached(Limit::max_sessions) == 1);
    f.options.max_sessions = 0;
    CHECK_FALSE(f.take());
    CHECK(f.reached(Limit::max_idle_sessions_per_address) == 1);
    works.set_works(2);
    SessionSlot other = f.take();
    CHECK(other);
    other.end();
    works = {};
    CHECK(f.quota->size() == 0);

    SessionSlot begun = f.take();
    std::optional<SessionSlot::Running> app(std::in_place, begun);
    begun.set_carried(true);
    begun.end();
    CHECK(f.quota->size() == 1);
    app.reset();
    CHECK(f.quota->size() == 0);
}
