#include "server/shard.hpp"

#include <new>
#include <utility>

#include "adapter/memory_adapter.hpp"
#include "adapter/shard_adapter.hpp"
#include "http/run_app.hpp"
#include "net/http_exchange.hpp"
#include "server/engine_socket.hpp"
#include "server/socket_io.hpp"
#include "transport/engine_request.hpp"
#include "util/saturate_cast.hpp"

namespace sio::server {

bool EnginePath::matches(std::string_view target) const noexcept {
    if (!target.starts_with(path)) return false;
    const std::string_view rest = target.substr(path.size());
    return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

std::optional<std::size_t> EnginePath::shard_of(std::string_view target, std::size_t count) const {
    return session::shard_of_session(transport::session_id_of(target, path), count);
}

namespace {

thread_local Shard* shard_of_this_thread = nullptr;

std::unique_ptr<dispatch::Adapter> make_adapter(const Shard::Place& place, greenlet::Loop& loop) {
    if (place.count == 1) return std::make_unique<adapter::MemoryAdapter>();
    return std::make_unique<adapter::ShardAdapter>(place.group, loop);
}

}  // namespace

Shard::Shard(const Config& config, Place place, std::shared_ptr<const net::ShardOptions> options,
             std::shared_ptr<net::Admission> admission)
    : config_(config),
      place_(std::move(place)),
      hub_(std::make_shared<dispatch::Hub>(loop_, make_adapter(place_, loop_), config.socket, counters_)),
      connections_(loop_, std::move(options), std::move(admission)) {
    for (const auto& path : config_.paths) {
        auto begin_session = [this, &path](const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
            return begin(path, handshake, std::move(environ));
        };
        endpoints_.push_back(
            std::make_unique<transport::EngineEndpoint>(loop_, path.options, std::move(begin_session), place_in(path)));
        v09_endpoints_.push_back(make_v09_endpoint(path));
    }
}

session::ShardPlace Shard::place_in(const EnginePath& path) const {
    return {place_.index, place_.count, path.quota, counters_};
}

std::unique_ptr<transport::V09Endpoint> Shard::make_v09_endpoint(const EnginePath& path) {
    // There is no Engine.IO in it that could be had alone.
    if (path.handler) return nullptr;
    auto begin = [this](const std::shared_ptr<transport::V09Handshake>& handshake, Environ environ) {
        return begin_socket_io(config_.session_app, hub_, handshake, std::move(environ));
    };
    return std::make_unique<transport::V09Endpoint>(loop_, path.path, path.options, std::move(begin), place_in(path));
}

Shard::~Shard() {
    join();
    loop_ref_->reset();
    hub_->close();
}

void Shard::run() {
    thread_ = std::thread([this] {
        shard_of_this_thread = this;
        const greenlet::TaskBoard::Attachment attachment(tasks_);
        loop_.run();
        const std::lock_guard lock(ended_mutex_);
        ended_ = true;
        ended_changed_.notify_all();
    });
}

bool Shard::join_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(ended_mutex_);
    if (thread_.joinable() && !ended_changed_.wait_until(lock, deadline, [this] { return ended_; })) return false;
    lock.unlock();
    join();
    return true;
}

Shard* Shard::of_this_thread() noexcept { return shard_of_this_thread; }

void Shard::join() {
    if (thread_.joinable()) thread_.join();
}

void Shard::stop(std::chrono::milliseconds grace) {
    loop_.post([this, grace] {
        // First: the last answers of polling clients are to close their connections.
        connections_.begin_stop();
        stoppables_.stop();
        for (const auto& endpoint : endpoints_) endpoint->shut_down();
        for (const auto& endpoint : v09_endpoints_) {
            if (endpoint) endpoint->shut_down();
        }
        part(grace);
        loop_.post_after(util::saturated(grace), [this] { loop_.stop(); });
        connections_.stop(grace, [this] { loop_.stop(); });
    });
}

// Who is between two polls learns with the next one that its session is over, and not that its connection fails. One that does
// not come for long has gone.
void Shard::part(std::chrono::milliseconds grace) {
    if (session_count() == 0) return;
    const auto tell = [this] {
        if (session_count() != 0) return;
        try {
            loop_.post([this] { connections_.end_parting(); });
        } catch (const std::bad_alloc&) {
            // Its time will end it.
        }
    };
    for (const auto& endpoint : endpoints_) endpoint->host().sessions.on_empty(tell);
    for (const auto& endpoint : v09_endpoints_) {
        if (endpoint) endpoint->host().sessions.on_empty(tell);
    }
    connections_.part(grace / 4);
}

std::size_t Shard::session_count() noexcept {
    std::size_t count = 0;
    for (const auto& endpoint : endpoints_) count += endpoint->host().sessions.size();
    for (const auto& endpoint : v09_endpoints_) count += endpoint ? endpoint->host().sessions.size() : 0;
    return count;
}

void Shard::handle(ExchangePtr exchange) {
    const std::string_view target = exchange->request().target;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
        const EnginePath& path = config_.paths[i];
        if (!path.matches(target)) continue;
        if (Shard* const owner = owner_of(path, exchange->request())) {
            // Its connection comes with it: what the client sends over it from now on needs no more detours.
            if (auto* const moved = dynamic_cast<net::HttpExchange*>(exchange.get())) {
                return moved->move_to(owner->connections_);
            }
        }
        if (v09_endpoints_[i] && transport::is_v09_target(target, path.path)) {
            return v09_endpoints_[i]->handle(std::move(exchange));
        }
        return endpoints_[i]->handle(std::move(exchange));
    }
    if (!config_.page_app) return exchange->respond(Response(404, "Not found"));
    loop_.enter([this, exchange = std::move(exchange)]() mutable { run_page_app(std::move(exchange)); });
}

/// Null: this shard, or none.
Shard* Shard::owner_of(const EnginePath& path, const HttpRequest& request) const {
    if (place_.count == 1) return nullptr;
    const auto index = path.shard_of(request.target, place_.count);
    return index && *index != place_.index ? place_.all[*index].get() : nullptr;
}

Response Shard::begin(const EnginePath& path, const std::shared_ptr<transport::Handshake>& handshake, Environ environ) {
    if (path.handler) return run_engine_handler(path.handler, handshake, std::move(environ));
    return begin_socket_io(config_.session_app, hub_, handshake, std::move(environ));
}

void Shard::run_page_app(ExchangePtr exchange) {
    Environ environ(std::move(exchange->request()));
    const auto context = std::make_shared<RequestContext>(loop_, stoppables_, std::move(exchange));
    environ.set(context);
    const greenlet::TaskName name(environ.method() + ' ' + std::string(environ.path()));
    Response response = http::run_app(config_.page_app, environ);
    if (const ExchangePtr unanswered = std::move(context->exchange)) unanswered->respond(std::move(response));
}

}  // namespace sio::server
