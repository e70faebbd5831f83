#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sio/app.hpp>
#include <sio/engine_options.hpp>
#include <sio/engine_socket.hpp>
#include <sio/socket_options.hpp>

#include "adapter/shard_group.hpp"
#include "dispatch/hub.hpp"
#include "greenlet/loop.hpp"
#include "greenlet/task_label.hpp"
#include "net/shard.hpp"
#include "server/lag_counter.hpp"
#include "server/loop_ref.hpp"
#include "server/request_context.hpp"
#include "session/shard_place.hpp"
#include "transport/engine_endpoint.hpp"
#include "transport/v09_endpoint.hpp"

namespace sio::server {

/// A path under which Engine.IO is spoken, and what becomes of its sessions.
struct EnginePath {
    /// `/socket.io`: without a slash at its end.
    std::string path;
    EngineOptions options;
    /// Null: Socket.IO is spoken on top.
    std::function<void(EngineSocket&)> handler;
    /// Over all shards.
    std::shared_ptr<session::SessionQuota> quota = std::make_shared<session::SessionQuota>();

    /// Whether the target lies under the path.
    bool matches(std::string_view target) const noexcept;
    /// Which of `count` shards has the session that the target names. Nothing when it names none, or none can have it.
    std::optional<std::size_t> shard_of(std::string_view target, std::size_t count) const;
};

/// One thread of a server: its loop, its connections, its sessions.
class Shard {
public:
    /// What all shards of a server have in common; outlives them.
    struct Config {
        std::vector<EnginePath> paths;
        SocketOptions socket;
        /// Called once for each Socket.IO session.
        App session_app;
        /// Takes the requests that no path matches; without one they are answered 404.
        App page_app;
        greenlet::LoopOptions loop{};
    };

    /// The shards of one server, in the order of their indexes. They end together: each outlives the threads of all.
    using All = std::vector<std::unique_ptr<Shard>>;
    /// Its place among them.
    struct Place {
        const All& all;
        std::size_t index;
        std::size_t count;
        std::shared_ptr<adapter::ShardGroup> group;
    };

    Shard(const Config& config, Place place, std::shared_ptr<const net::ShardOptions> options,
          std::shared_ptr<net::Admission> admission);
    /// Joins the thread: stop() it before.
    ~Shard();

    /// Before run().
    net::Shard& connections() noexcept { return connections_; }
    const net::Shard& connections() const noexcept { return connections_; }
    /// Starts the thread.
    void run();
    /// Ends sessions and connections in order, within `grace`, then the thread's loop. Returns at once; join() waits.
    /// Any thread, once.
    void stop(std::chrono::milliseconds grace);
    void join();
    /// Whether the thread has ended by then.
    bool join_until(std::chrono::steady_clock::time_point deadline);

    /// Any thread.
    greenlet::Loop& loop() noexcept { return loop_; }
    /// What the thread is doing. Any thread.
    const greenlet::TaskBoard& tasks() const noexcept { return tasks_; }
    /// For those who may outlive the shard.
    const LoopRefPtr& loop_ref() const noexcept { return loop_ref_; }
    /// What has happened to sessions and sockets.
    const session::Counters& counters() const noexcept { return *counters_; }
    /// What the watchdog has found.
    LagCounter& lags() noexcept { return lags_; }
    const LagCounter& lags() const noexcept { return lags_; }
    /// The one whose thread this is; null on a thread that is no shard's.
    static Shard* of_this_thread() noexcept;
    /// Its place among the shards of its server.
    std::size_t index() const noexcept { return place_.index; }
    /// The shards of its server.
    const All& all() const noexcept { return place_.all; }
    /// Whether it was made with that very configuration, which each server has of its own.
    bool belongs_to(const Config& config) const noexcept { return &config_ == &config; }

    // On the shard's thread.

    /// A request, of a session of any shard.
    void handle(ExchangePtr exchange);
    dispatch::Hub& hub() noexcept { return *hub_; }
    const dispatch::Hub& hub() const noexcept { return *hub_; }
    /// Calls `visit` with each EngineSession and V09Session.
    template <class Visit>
    void for_each_session(const Visit& visit) {
        for (const auto& endpoint : endpoints_) endpoint->host().sessions.for_each(visit);
        for (const auto& endpoint : v09_endpoints_) {
            if (endpoint) endpoint->host().sessions.for_each(visit);
        }
    }

private:
    Shard* owner_of(const EnginePath& path, const HttpRequest& request) const;
    session::ShardPlace place_in(const EnginePath& path) const;
    std::unique_ptr<transport::V09Endpoint> make_v09_endpoint(const EnginePath& path);
    Response begin(const EnginePath& path, const std::shared_ptr<transport::Handshake>& handshake, Environ environ);
    void run_page_app(ExchangePtr exchange);
    void part(std::chrono::milliseconds grace);
    std::size_t session_count() noexcept;

    const Config& config_;
    const Place place_;
    greenlet::TaskBoard tasks_;
    greenlet::Loop loop_{config_.loop};
    LoopRefPtr loop_ref_ = std::make_shared<LoopRef>(loop_);
    std::shared_ptr<session::Counters> counters_ = std::make_shared<session::Counters>();
    LagCounter lags_;
    Stoppables stoppables_;
    std::shared_ptr<dispatch::Hub> hub_;
    std::vector<std::unique_ptr<transport::EngineEndpoint>> endpoints_;   // as config_.paths
    std::vector<std::unique_ptr<transport::V09Endpoint>> v09_endpoints_;  // likewise; null where it is not spoken
    net::Shard connections_;
    std::mutex ended_mutex_;
    std::condition_variable ended_changed_;
    bool ended_ = false;  // the thread has done all that takes time
    std::thread thread_;
};

}  // namespace sio::server
