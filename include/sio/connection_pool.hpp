#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <sio/detail/pool_core.hpp>
#include <sio/local.hpp>
#include <sio/pool_options.hpp>

namespace sio {

/// What a pool asks of its connections. The members that are called here are those of sqlite::Connection and
/// postgres::Connection; specialise it for a class that has others.
template <class Connection>
struct ConnectionTraits {
    /// Whether the next one may have it: it is open, and nothing is left of what its last user did (a query, a
    /// transaction). Asked when it is given back and again when it is lent. Must not block.
    static bool reusable(Connection& connection) noexcept { return connection.reusable(); }
    /// Asks the server; throws when that fails. Called before a connection is lent that was idle for
    /// PoolOptions::check_after.
    static void check(Connection& connection) { connection.ping(); }
};

/// Connections that greenlets share: each has one to itself for as long as it needs it.
///
///     sio::ConnectionPool<sio::postgres::Connection> pool([] { return sio::postgres::Connection(url); }, {.size = 5});
///     auto people = pool.with([](auto& db) { return db.query("SELECT name FROM people"); });
///     pool.transaction([&](auto& db) {
///         db.execute("UPDATE accounts SET cents = cents - $1 WHERE id = $2", cents, from);
///         db.execute("UPDATE accounts SET cents = cents + $1 WHERE id = $2", cents, to);
///     });
///
/// Connections are opened when needed, up to PoolOptions::size; then greenlets wait, first come, first served. The one that
/// was used last is lent first, so that those which are too many grow old and are closed. One that its user has left in the
/// middle of something (it was killed, or threw in a query or a transaction) is closed, not lent again.
///
/// Threads: as its connections. A connection of sqlite or postgres may be used by greenlets of one loop after the other, so
/// that one pool can serve all workers of a server; for connections that belong to a loop, use one pool for each loop. The
/// pool may end before its leases, not while greenlets wait in it.
/// Errors: what opening throws; PoolTimeout; Error(errc::connection_closed) after close(); what blocking calls throw.
template <class Connection>
class ConnectionPool {
public:
    class Lease;

    /// `open()` returns a Connection or a std::unique_ptr to one. Called in the greenlet that needs a connection; kills and
    /// limits interrupt it.
    template <class Open>
    requires std::is_invocable_v<Open&>
    explicit ConnectionPool(Open open, const PoolOptions& options = {})
        : core_(std::make_shared<detail::PoolCore>(options, [open = std::move(open)]() mutable {
              return std::unique_ptr<detail::Pooled>(std::make_unique<Member>(open));
          })) {}
    ~ConnectionPool() { close(); }
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    /// A connection for as long as the lease lives. Blocks while all are lent, at most PoolOptions::acquire_timeout or
    /// `limit`. Not the one of the greenlet's transaction(): a greenlet that has all of a pool and asks for more waits in
    /// vain.
    Lease acquire() { return Lease(core_, core_->acquire()); }
    Lease acquire(Duration limit) { return Lease(core_, core_->acquire(limit)); }

    /// `function(connection)`, with the connection of the greenlet's transaction() or one for this call. Returns its result.
    template <class Function>
    auto with(Function&& function) -> std::invoke_result_t<Function&, Connection&> {
        if (transaction_.exists() && *transaction_) return std::invoke(function, **transaction_);
        Lease lease = acquire();
        return std::invoke(function, *lease);
    }

    /// `function(connection)` in a transaction: committed when it returns, rolled back when it throws or its greenlet is
    /// killed. Meanwhile with() in the same greenlet (in functions that it calls) gives the same connection, and a further
    /// transaction() is nested: a savepoint of this one, to which its failure rolls back. Greenlets that it starts are not
    /// part of it. For connections that have `transaction(function)`.
    template <class Function>
    auto transaction(Function&& function) -> std::invoke_result_t<Function&, Connection&> {
        return with([&](Connection& connection) {
            const Current current(*transaction_, connection);
            return connection.transaction(std::forward<Function>(function));
        });
    }

    /// Opens connections until there are PoolOptions::min_idle.
    void fill() { core_->fill(); }
    /// Closes idle connections; those that are lent when they come back. Greenlets that wait, and calls from now on,
    /// throw. May be called again, from any thread.
    void close() noexcept { core_->close(); }

    PoolStats stats() const { return core_->stats(); }

private:
    struct Member final : detail::Pooled {
        template <class Open>
        explicit Member(Open& open) : connection(opened(open)) {}
        bool reusable() noexcept override { return ConnectionTraits<Connection>::reusable(*connection); }
        void check() override { ConnectionTraits<Connection>::check(*connection); }

        template <class Open>
        static std::unique_ptr<Connection> opened(Open& open) {
            if constexpr (std::is_convertible_v<std::invoke_result_t<Open&>, std::unique_ptr<Connection>>) {
                return open();
            } else {
                return std::unique_ptr<Connection>(new Connection(open()));  // elided: it need not be movable
            }
        }

        std::unique_ptr<Connection> connection;
    };

    /// Says that a connection is that of the greenlet's transaction, until it ends.
    class Current {
    public:
        Current(Connection*& place, Connection& connection) noexcept : place_(place), before_(place) {
            place = &connection;
        }
        ~Current() { place_ = before_; }
        Current(const Current&) = delete;
        Current& operator=(const Current&) = delete;

    private:
        Connection*& place_;
        Connection* before_;
    };

    std::shared_ptr<detail::PoolCore> core_;
    Local<Connection*> transaction_;
};

/// A connection that is lent: it goes back when the lease ends. May outlive the pool.
template <class Connection>
class ConnectionPool<Connection>::Lease {
public:
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&& other) noexcept {
        if (this != &other) {
            give_back();
            core_ = std::move(other.core_);
            member_ = std::move(other.member_);
        }
        return *this;
    }
    ~Lease() { give_back(); }

    Connection& operator*() const noexcept { return *static_cast<Member&>(*member_).connection; }
    Connection* operator->() const noexcept { return &**this; }

    /// Closes the connection instead of giving it back. The lease is empty afterwards.
    void discard() noexcept {
        if (member_) core_->discard(std::move(member_));
    }

private:
    friend class ConnectionPool;
    Lease(std::shared_ptr<detail::PoolCore> core, std::unique_ptr<detail::Pooled> member) noexcept
        : core_(std::move(core)), member_(std::move(member)) {}

    void give_back() noexcept {
        if (member_) core_->release(std::move(member_));
    }

    std::shared_ptr<detail::PoolCore> core_;
    std::unique_ptr<detail::Pooled> member_;
};

}  // namespace sio
