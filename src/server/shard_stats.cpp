#include "server/shard_stats.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include <sio/event.hpp>

#include "greenlet/stack_arena.hpp"
#include "greenlet/worker.hpp"

namespace sio::server {

namespace {

constexpr std::chrono::seconds patience{1};

void count_client(std::vector<ClientCount>& clients, Generation generation, std::string_view transport) {
    const auto found = std::ranges::find_if(
        clients, [&](const ClientCount& each) { return each.generation == generation && each.transport == transport; });
    if (found != clients.end()) {
        ++found->count;
    } else {
        clients.push_back({generation, std::string(transport), 1});
    }
}

template <class Session>
void count_session(WorkerStats& stats, const Session& session) {
    count_client(stats.clients, session.generation(), session.transport_name());
    const std::size_t queued = session.queued_bytes();
    stats.queued_bytes += queued;
    stats.largest_queue_bytes = std::max<std::uint64_t>(stats.largest_queue_bytes, queued);
}

/// Answers on their way. Shared with the jobs that bring them: who asked may have lost patience.
class Answers {
public:
    explicit Answers(std::size_t count) : stats_(count), missing_(count) {}

    void put(std::size_t index, WorkerStats answer) {
        const std::lock_guard lock(mutex_);
        stats_[index] = std::move(answer);
        if (--missing_ != 0) return;
        complete_.notify_all();
        event_.set();
    }
    void wait_in_greenlet() { event_.wait(patience); }
    void wait_on_thread() {
        std::unique_lock lock(mutex_);
        complete_.wait_for(lock, patience, [this] { return missing_ == 0; });
    }
    std::vector<WorkerStats> take() {
        const std::lock_guard lock(mutex_);
        return stats_;
    }

private:
    std::mutex mutex_;
    std::condition_variable complete_;
    Event event_;
    std::vector<WorkerStats> stats_;
    std::size_t missing_;
};

std::vector<NamedCount> named(std::span<const util::Counter> counters, auto&& name_of) {
    std::vector<NamedCount> counts;
    counts.reserve(counters.size());
    for (std::size_t i = 0; i < counters.size(); ++i) {
        counts.push_back({std::string(name_of(i)), counters[i].get()});
    }
    return counts;
}

}  // namespace

void read_counters(const Shard& shard, WorkerStats& stats) {
    const net::Counters& net = shard.connections().counters();
    stats.connections = net.active.get();
    stats.connections_accepted = net.accepted.get();
    stats.connections_refused = net.refused.get();
    stats.connections_timed_out = net.timeouts.get();
    stats.tls_errors = net.tls_errors.get();
    stats.requests = net.requests.get();
    stats.requests_refused = net.protocol_errors.get();
    std::ranges::transform(net.answers, stats.answers.begin(), &util::Counter::get);
    stats.bytes_received = net.bytes_in.get();
    stats.bytes_sent = net.bytes_out.get();

    const session::Counters& session = shard.counters();
    stats.sockets = session.sockets.get();
    stats.messages_received = session.messages_in.get();
    stats.messages_sent = session.messages_out.get();
    stats.packets_received = session.packets_in.get();
    stats.packets_sent = session.packets_out.get();
    stats.sessions_opened = session.opened.get();
    stats.sessions_closed =
        named(session.closed, [](std::size_t i) { return session::reason_text(static_cast<session::CloseReason>(i)); });
    stats.upgrades = session.upgrades.get();
    stats.volatile_drops = session.volatile_drops.get();
    stats.oldest_drops = session.oldest_drops.get();
    stats.limits_reached = named(session.limits, [](std::size_t i) { return session::limit_names[i]; });
    stats.loop_lag = shard.lags().read();
}

void take_census(Shard& shard, WorkerStats& stats) {
    shard.for_each_session([&](const auto& session) { count_session(stats, session); });
    stats.rooms = shard.hub().adapter().room_count();
    stats.greenlets = shard.loop().greenlets();
    stats.stack_bytes = shard.loop().stacks().held_bytes();
    stats.buffer_bytes = shard.connections().buffer_bytes();
    stats.answered = true;
}

std::vector<WorkerStats> gather_stats(const Shard::All& shards) {
    const auto answers = std::make_shared<Answers>(shards.size());
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const auto answer = [answers, i, &shard = *shards[i]] {
            WorkerStats stats;
            take_census(shard, stats);
            answers->put(i, std::move(stats));
        };
        if (shards[i]->hub().is_current()) {
            answer();
        } else {
            shards[i]->loop().post(answer);
        }
    }
    const Shard* const current = Shard::of_this_thread();
    const bool on_shard = current && &current->all() == &shards;
    if (!on_shard) {
        answers->wait_on_thread();
    } else if (greenlet::Worker::current()) {
        answers->wait_in_greenlet();
    }
    std::vector<WorkerStats> gathered = answers->take();
    for (std::size_t i = 0; i < shards.size(); ++i) read_counters(*shards[i], gathered[i]);
    return gathered;
}

}  // namespace sio::server
