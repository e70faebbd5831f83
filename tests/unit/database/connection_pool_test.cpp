// ConnectionPool, with connections that are only counted.

#include <sio/connection_pool.hpp>

#include <doctest/doctest.h>
#include <sio/detail/run_transaction.hpp>
#include <sio/event.hpp>
#include <sio/greenlet.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// What happens to connections.
struct Server {
    int opened = 0;
    int open = 0;
    int most_open = 0;
    int checks = 0;
    bool refuses = false;       // new connections
    bool fails_checks = false;  // of those that are there
    sio::Event* holds_up = nullptr;
    std::vector<std::string> log;
};

class Fake {
public:
    explicit Fake(Server& server) : server_(server), number_(++server.opened) {
        if (server.holds_up) server.holds_up->wait();
        if (server.refuses) throw std::runtime_error("refused");
        server.most_open = std::max(server.most_open, ++server.open);
    }
    ~Fake() { --server_.open; }
    Fake(const Fake&) = delete;
    Fake& operator=(const Fake&) = delete;

    int number() const noexcept { return number_; }
    void break_down() noexcept { broken_ = true; }
    bool reusable() const noexcept { return !broken_ && depth_ == 0; }
    void ping() {
        ++server_.checks;
        if (server_.fails_checks) throw std::runtime_error("gone");
    }

    template <class Function>
    auto transaction(Function&& function) {
        return sio::detail::run_transaction(*this, std::forward<Function>(function));
    }
    void begin() { server_.log.push_back("begin " + std::to_string(++depth_)); }
    void commit() { server_.log.push_back("commit " + std::to_string(depth_--)); }
    void rollback() noexcept { server_.log.push_back("rollback " + std::to_string(depth_--)); }

private:
    Server& server_;
    int number_;
    int depth_ = 0;
    bool broken_ = false;
};

using Pool = sio::ConnectionPool<Fake>;

auto connect_to(Server& server) {
    return [&server] { return Fake(server); };
}

}  // namespace

TEST_CASE("a pool opens what is needed and lends the connection that was used last") {
    sio::run([] {
        Server server;
        {
            Pool pool(connect_to(server), {.size = 3});
            CHECK(server.opened == 0);
            CHECK(pool.with([](Fake& fake) { return fake.number(); }) == 1);
            CHECK(pool.with([](Fake& fake) { return fake.number(); }) == 1);
            {
                auto first = pool.acquire();
                auto second = pool.acquire();
                CHECK(second->number() == 2);
                CHECK(pool.stats().in_use == 2);
            }
            CHECK(pool.stats().idle == 2);
            CHECK(server.open == 2);
        }
        CHECK(server.open == 0);
    });
}

TEST_CASE("two hundred greenlets share five connections, and each gets its turn") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 5});
        std::vector<int> order;
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 200; ++i) {
            all.push_back(sio::spawn([&, i] {
                const auto lease = pool.acquire();
                order.push_back(i);
                sio::sleep(sio::Duration::zero());
            }));
        }
        sio::joinall(all);
        CHECK(order.size() == 200);
        CHECK(std::is_sorted(order.begin(), order.end()));
        CHECK(server.most_open == 5);
        CHECK(pool.stats().idle == 5);
        CHECK(pool.stats().waiting == 0);
    });
}

TEST_CASE("who waits too long is told how many connections there are, and how long it was") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 1, .acquire_timeout = 10ms});
        const auto lease = pool.acquire();
        try {
            pool.acquire();
            FAIL("there is no second connection");
        } catch (const sio::PoolTimeout& timeout) {
            CHECK(timeout.size() == 1);
            CHECK(timeout.waited() >= 9ms);
            CHECK(std::string(timeout.what()).find("pool's 1 ") != std::string::npos);
        }
        CHECK_THROWS_AS(pool.acquire(0ms), sio::PoolTimeout);
        CHECK(pool.stats().waiting == 0);
        CHECK(pool.stats().in_use == 1);
    });
}

TEST_CASE("the limit counts opening and checking as well") {
    sio::run([] {
        Server server;
        sio::Event never;
        server.holds_up = &never;
        Pool pool(connect_to(server), {.size = 1, .acquire_timeout = 10ms});
        CHECK_THROWS_AS(pool.acquire(), sio::PoolTimeout);
        server.holds_up = nullptr;
        CHECK(pool.acquire()->number() == 2);
    });
}

TEST_CASE("a greenlet that is killed while it waits, opens or uses a connection leaks none") {
    sio::run([] {
        Server server;
        sio::Event opens;
        server.holds_up = &opens;
        Pool pool(connect_to(server), {.size = 1});
        auto opening = sio::spawn([&] { pool.acquire(); });
        auto waiting = sio::spawn([&] { pool.acquire(); });
        auto behind = sio::spawn([&] { return pool.acquire()->number(); });
        sio::sleep(1ms);
        CHECK(pool.stats().waiting == 2);
        waiting.kill();
        CHECK(pool.stats().waiting == 1);
        server.holds_up = nullptr;
        opening.kill();  // its place goes to who waits
        CHECK(behind.get() == 2);

        auto using_it = sio::spawn([&] {
            const auto lease = pool.acquire();
            sio::sleep(1h);
        });
        sio::sleep(1ms);
        CHECK(pool.stats().in_use == 1);
        using_it.kill();
        CHECK(pool.stats().in_use == 0);
        CHECK(pool.acquire(0ms)->number() == 2);
    });
}

TEST_CASE("a connection that is handed to a greenlet while that is killed is not lost") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 1});
        std::optional<Pool::Lease> lease(pool.acquire());
        auto waiting = sio::spawn([&] {
            const auto mine = pool.acquire();
            sio::sleep(1h);
        });
        sio::sleep(1ms);
        lease.reset();  // it has it, but has not run
        waiting.kill();
        CHECK(pool.acquire(0ms)->number() == 1);
    });
}

TEST_CASE("what its user broke is closed, and whoever waits opens another") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 1});
        std::optional<Pool::Lease> lease(pool.acquire());
        auto waiting = sio::spawn([&] { return pool.acquire()->number(); });
        sio::sleep(1ms);
        (*lease)->break_down();
        lease.reset();
        CHECK(waiting.get() == 2);
        CHECK(server.most_open == 1);
        pool.acquire().discard();
        CHECK(server.open == 0);
        CHECK(pool.acquire()->number() == 3);
    });
}

TEST_CASE("a server that refuses is an error for each who asks, not a lost place") {
    sio::run([] {
        Server server;
        server.refuses = true;
        Pool pool(connect_to(server), {.size = 1});
        for (int i = 0; i < 3; ++i) CHECK_THROWS_WITH_AS(pool.acquire(), "refused", std::runtime_error);
        auto first = sio::spawn([&] { pool.acquire(); });
        auto second = sio::spawn([&] { pool.acquire(); });
        CHECK_THROWS_AS(first.get(), std::runtime_error);
        CHECK_THROWS_AS(second.get(), std::runtime_error);
        server.refuses = false;
        CHECK_NOTHROW(pool.acquire());
    });
}

TEST_CASE("a connection that was idle for long is checked, and replaced when the server has gone") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 2, .check_after = 0ms});
        CHECK(pool.acquire()->number() == 1);
        CHECK(pool.acquire()->number() == 1);
        CHECK(server.checks == 1);
        server.fails_checks = true;
        CHECK(pool.acquire()->number() == 2);
        CHECK(server.open == 1);

        Pool trusting(connect_to(server), {.check_after = sio::forever});
        for (int i = 0; i < 3; ++i) trusting.acquire();
        CHECK(server.checks == 2);
    });
}

TEST_CASE("connections grow old, by use and by idling, but for those that are to be kept") {
    sio::run([] {
        Server server;
        Pool mortal(connect_to(server), {.max_lifetime = 0ms});
        CHECK(mortal.acquire()->number() == 1);
        CHECK(mortal.acquire()->number() == 2);
        CHECK(server.open == 0);

        Pool shrinking(connect_to(server), {.min_idle = 1, .max_idle = 5ms});
        {
            std::vector<Pool::Lease> leases;
            for (int i = 0; i < 4; ++i) leases.push_back(shrinking.acquire());
        }
        sio::sleep(20ms);
        shrinking.acquire();
        CHECK(shrinking.stats().idle == 1);
        CHECK(server.open == 1);
    });
}

TEST_CASE("a pool can be filled before it is needed") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 4, .min_idle = 3});
        pool.fill();
        CHECK(pool.stats().idle == 3);
        pool.fill();
        CHECK(server.opened == 3);
    });
}

TEST_CASE("closing wakes those who wait and takes back what is lent") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 1});
        std::optional<Pool::Lease> lease(pool.acquire());
        auto waiting = sio::spawn([&] { pool.acquire(); });
        sio::sleep(1ms);
        pool.close();
        CHECK_THROWS_AS(waiting.get(), sio::Error);
        CHECK_THROWS_AS(pool.acquire(), sio::Error);
        CHECK(server.open == 1);
        lease.reset();
        CHECK(server.open == 0);
        pool.close();
    });
}

TEST_CASE("a lease outlives its pool") {
    sio::run([] {
        Server server;
        std::optional<Pool> pool;
        pool.emplace(connect_to(server));
        auto lease = pool->acquire();
        pool.reset();
        CHECK(lease->number() == 1);
        lease = [&] {
            Pool other(connect_to(server));
            return other.acquire();
        }();
        CHECK(server.open == 1);
    });
}

TEST_CASE("a transaction has one connection for all that its greenlet does, and nests") {
    sio::run([] {
        Server server;
        Pool pool(connect_to(server), {.size = 2});
        const int result = pool.transaction([&](Fake& fake) {
            pool.with([&](Fake& same) { CHECK(&same == &fake); });
            CHECK_THROWS_AS(pool.transaction([&](Fake& same) {
                CHECK(&same == &fake);
                throw std::runtime_error("inner");
            }),
                            std::runtime_error);
            sio::spawn([&] { pool.with([&](Fake& other) { CHECK(&other != &fake); }); }).join();
            return 7;
        });
        CHECK(result == 7);
        CHECK(server.log == std::vector<std::string>{"begin 1", "begin 2", "rollback 2", "commit 1"});
        CHECK(pool.stats().idle == 2);

        server.log.clear();
        auto killed = sio::spawn([&] { pool.transaction([](Fake&) { sio::sleep(1h); }); });
        sio::sleep(1ms);
        killed.kill();
        CHECK(server.log == std::vector<std::string>{"begin 1", "rollback 1"});
        CHECK(pool.stats().in_use == 0);
        // The greenlet's transaction is over: it gets what it asks for.
        pool.with([&](Fake&) { CHECK(pool.stats().in_use == 1); });
    });
}

TEST_CASE("a pool takes pointers, and is not used outside greenlets") {
    Server server;
    Pool pool([&] { return std::make_unique<Fake>(server); });
    CHECK_THROWS_AS(pool.acquire(), sio::Error);
    sio::run([&] { CHECK(pool.acquire()->number() == 1); });
    CHECK_THROWS_AS(Pool(connect_to(server), {.size = 0}), sio::Error);
}

namespace {

/// A connection with names of its own.
struct Line {
    bool ok = true;
    int asked = 0;
};

}  // namespace

template <>
struct sio::ConnectionTraits<Line> {
    static bool reusable(Line& line) noexcept { return line.ok; }
    static void check(Line& line) { ++line.asked; }
};

TEST_CASE("traits make other classes connections") {
    sio::run([] {
        sio::ConnectionPool<Line> pool([] { return Line(); }, {.check_after = 0ms});
        pool.with([](Line& line) { CHECK(line.asked == 0); });
        pool.with([](Line& line) {
            CHECK(line.asked == 1);
            line.ok = false;
        });
        pool.with([](Line& line) { CHECK(line.asked == 0); });
    });
}
