#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sio/app.hpp>
#include <sio/engine_options.hpp>

#include "greenlet/loop.hpp"
#include "net/shard.hpp"
#include "transport/engine_endpoint.hpp"

namespace sio::server {

/// A path under which Engine.IO is spoken, and what becomes of its sessions.
struct EnginePath {
    /// `/socket.io`: without a slash at its end.
    std::string path;
    EngineOptions options;
    transport::EngineEndpoint::Begin begin;

    /// Whether the target lies under the path.
    bool matches(std::string_view target) const noexcept;
};

/// One thread of a server: its loop, its connections, its sessions.
class Shard {
public:
    /// What all shards of a server have in common; outlives them.
    struct Config {
        std::vector<std::unique_ptr<EnginePath>> paths;
        /// Takes what no path matches; without one that is answered 404.
        App app;
    };

    Shard(const Config& config, std::shared_ptr<const net::ShardOptions> options,
          std::shared_ptr<net::Admission> admission);
    /// Joins the thread.
    ~Shard();

    /// Before run().
    net::Shard& connections() noexcept { return connections_; }
    /// Starts the thread.
    void run();
    /// Ends sessions and connections in order, within `grace`, then the thread's loop. Returns at once; join() waits.
    /// Any thread, once.
    void stop(std::chrono::milliseconds grace);
    void join();

    /// Any thread.
    greenlet::Loop& loop() noexcept { return loop_; }

    // On the shard's thread.

    void handle(ExchangePtr exchange);
    transport::EngineEndpoint& endpoint(std::size_t path) noexcept { return *endpoints_[path]; }

private:
    void run_app(ExchangePtr exchange);

    const Config& config_;
    greenlet::Loop loop_;
    std::vector<std::unique_ptr<transport::EngineEndpoint>> endpoints_;
    net::Shard connections_;
    std::thread thread_;
};

}  // namespace sio::server
