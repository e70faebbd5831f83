#include <sio/open_metrics.hpp>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <sio/server.hpp>

namespace sio {

namespace {

std::string_view name_of(Generation generation) noexcept {
    switch (generation) {
        case Generation::v09: return "v09";
        case Generation::eio3: return "eio3";
        case Generation::eio4: return "eio4";
    }
    return {};
}

/// As OpenMetrics wants bounds of buckets to be spelt: `0.001`, `1.0`.
std::string seconds(std::chrono::nanoseconds duration) {
    const double value = std::chrono::duration<double>(duration).count();
    char text[64];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
    std::string spelt(text, error == std::errc{} ? end : text);
    if (value == std::floor(value)) spelt += ".0";
    return spelt;
}

struct Label {
    std::string_view name;
    std::string_view value;
};

/// Writes one metric family after the other; each has the samples of all workers that know of it.
class Exposition {
public:
    explicit Exposition(const Stats& stats) : stats_(stats) {}

    using Number = std::uint64_t WorkerStats::*;
    using Counts = std::vector<NamedCount> WorkerStats::*;
    static constexpr std::string_view no_unit{};

    /// Of what is always known.
    void gauge(std::string_view name, std::string_view help, Number number) {
        family(name, "gauge", no_unit, help);
        for_each([&](const WorkerStats& worker) { sample("", {}, worker.*number); });
    }
    /// Of what a worker has to look for: one that did not is left out, which is not zero.
    void census(std::string_view name, std::string_view unit, std::string_view help, Number number) {
        family(name, "gauge", unit, help);
        for_each([&](const WorkerStats& worker) {
            if (worker.answered) sample("", {}, worker.*number);
        });
    }
    void counter(std::string_view name, std::string_view unit, std::string_view help, Number number) {
        family(name, "counter", unit, help);
        for_each([&](const WorkerStats& worker) { sample("_total", {}, worker.*number); });
    }
    void counter(std::string_view name, std::string_view help, std::string_view label, Counts counts) {
        family(name, "counter", no_unit, help);
        for_each([&](const WorkerStats& worker) {
            for (const NamedCount& each : worker.*counts) sample("_total", {{label, each.name}}, each.count);
        });
    }
    void answered() {
        family("sio_worker_answered", "gauge", no_unit, "Whether the worker has answered within a second.");
        for_each([&](const WorkerStats& worker) { sample("", {}, worker.answered ? 1 : 0); });
    }
    void clients() {
        family("sio_clients", "gauge", no_unit, "Open sessions.");
        for_each([&](const WorkerStats& worker) {
            for (const ClientCount& each : worker.clients) {
                sample("", {{"generation", name_of(each.generation)}, {"transport", each.transport}}, each.count);
            }
        });
    }
    void answers() {
        static constexpr std::string_view classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
        family("sio_http_responses", "counter", no_unit, "Answers to HTTP requests, upgrades (1xx) included.");
        for_each([&](const WorkerStats& worker) {
            for (std::size_t i = 0; i < worker.answers.size(); ++i) {
                sample("_total", {{"class", classes[i]}}, worker.answers[i]);
            }
        });
    }
    void drops() {
        family("sio_drops", "counter", no_unit, "Events that slow clients have missed.");
        for_each([&](const WorkerStats& worker) {
            sample("_total", {{"kind", "volatile"}}, worker.volatile_drops);
            sample("_total", {{"kind", "oldest"}}, worker.oldest_drops);
        });
    }
    void loop_lag() {
        family("sio_loop_lag_seconds", "histogram", "seconds", "What messages wait before their handlers begin.");
        for_each([&](const WorkerStats& worker) {
            const LoopLag& lag = worker.loop_lag;
            std::uint64_t count = 0;
            for (std::size_t i = 0; i < lag.counts.size(); ++i) {
                count += lag.counts[i];
                const std::string bound = i < LoopLag::bounds.size() ? seconds(LoopLag::bounds[i]) : "+Inf";
                sample("_bucket", {{"le", bound}}, count);
            }
            sample("_count", {}, count);
            sample("_sum", {}, seconds(lag.sum));
        });
    }
    std::string finish() && { return std::move(text_ += "# EOF\n"); }

private:
    /// `help` has nothing that would have to be escaped, nor have the labels' values: all are sio's own words.
    void family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help) {
        name_ = name;
        const auto line = [&](std::string_view keyword, std::string_view value) {
            if (value.empty()) return;
            text_.append("# ").append(keyword).append(" ").append(name).append(" ").append(value).append("\n");
        };
        line("TYPE", type);
        line("UNIT", unit);
        line("HELP", help);
    }
    void sample(std::string_view suffix, std::initializer_list<Label> labels, std::string_view value) {
        text_.append(name_).append(suffix).append("{worker=\"").append(std::to_string(worker_)).append("\"");
        for (const auto& [name, text] : labels) text_.append(",").append(name).append("=\"").append(text).append("\"");
        text_.append("} ").append(value).append("\n");
    }
    void sample(std::string_view suffix, std::initializer_list<Label> labels, std::uint64_t value) {
        sample(suffix, labels, std::to_string(value));
    }
    template <class Write>
    void for_each(const Write& write) {
        for (worker_ = 0; worker_ < stats_.workers.size(); ++worker_) write(stats_.workers[worker_]);
    }

    const Stats& stats_;
    std::string_view name_;
    std::size_t worker_ = 0;
    std::string text_;
};

}  // namespace

std::string open_metrics(const Stats& stats) {
    using W = WorkerStats;
    static constexpr auto none = Exposition::no_unit;
    Exposition out(stats);
    out.answered();
    out.gauge("sio_connections", "Open sockets of the operating system.", &W::connections);
    out.gauge("sio_sockets", "Open sessions of Socket.IO.", &W::sockets);
    out.clients();
    out.census("sio_queued_bytes", "bytes", "Waiting for clients to take them.", &W::queued_bytes);
    out.census("sio_largest_queue_bytes", "bytes", "Waiting for one client.", &W::largest_queue_bytes);
    out.census("sio_rooms", none, "Rooms that a client of the worker is in.", &W::rooms);
    out.census("sio_greenlets", none, "Greenlets that have begun and not ended.", &W::greenlets);
    out.census("sio_stack_bytes", "bytes", "Stacks of greenlets, in use or kept.", &W::stack_bytes);
    out.census("sio_buffer_bytes", "bytes", "Buffers of connections, kept for reuse.", &W::buffer_bytes);

    out.counter("sio_connections_accepted", none, "Connections taken.", &W::connections_accepted);
    out.counter("sio_connections_refused", none, "Connections turned away.", &W::connections_refused);
    out.counter("sio_connections_timed_out", none, "Connections ended by a time limit.", &W::connections_timed_out);
    out.counter("sio_tls_errors", none, "Failed TLS handshakes and records.", &W::tls_errors);
    out.counter("sio_http_requests", none, "Well-formed HTTP requests, polls included.", &W::requests);
    out.counter("sio_http_requests_refused", none, "HTTP requests malformed or too large.", &W::requests_refused);
    out.answers();
    out.counter("sio_received_bytes", "bytes", "Read from sockets.", &W::bytes_received);
    out.counter("sio_sent_bytes", "bytes", "Written to sockets.", &W::bytes_sent);
    out.counter("sio_messages_received", none, "Packets of Socket.IO from clients.", &W::messages_received);
    out.counter("sio_messages_sent", none, "Packets of Socket.IO to clients.", &W::messages_sent);
    out.counter("sio_packets_received", none, "Packets of Engine.IO or 0.9 from clients.", &W::packets_received);
    out.counter("sio_packets_sent", none, "Packets of Engine.IO or 0.9 to clients.", &W::packets_sent);
    out.counter("sio_sessions_opened", none, "Sessions that were opened.", &W::sessions_opened);
    out.counter("sio_sessions_closed", "Sessions that have ended.", "reason", &W::sessions_closed);
    out.counter("sio_upgrades", none, "Sessions that went from polling to WebSocket.", &W::upgrades);
    out.drops();
    out.counter("sio_limits_reached", "Limits that clients ran into.", "limit", &W::limits_reached);
    out.loop_lag();
    return std::move(out).finish();
}

App metrics_app(const SocketIOServer& server) {
    return [&server](Environ& environ) {
        if (environ.method() != "GET" && environ.method() != "HEAD") {
            Response response(405, "Method not allowed");
            response.headers.set("Allow", "GET, HEAD");
            return response;
        }
        Response response(200, open_metrics(server.stats()),
                          "application/openmetrics-text; version=1.0.0; charset=utf-8");
        response.headers.set("Cache-Control", "no-store");
        return response;
    };
}

}  // namespace sio
