// Connections opened and closed, and connections that do nothing.

#include <charconv>
#include <stdexcept>

#include "scenarios.hpp"

namespace bench {

namespace {

// More at once would overrun the server's queue of connections to accept.
constexpr std::size_t opening_at_once = 64;
constexpr double connect_limit_seconds = 60;

class NoPackets final : public ClientListener {
public:
    void on_ready(Client&) override {}
    void on_packet(Client&, std::string_view packet) override { Run::wrong("nothing was asked", packet); }
};

/// Keeps a number of connections under way, closing each as soon as it has joined.
class Reconnecting final : public ClientListener {
public:
    explicit Reconnecting(Run& run) : run_(run), slots_(run.options().in_flight) {
        for (std::size_t i = 0; i < slots_.size(); ++i) open(i);
    }

    void on_ready(Client& client) override {
        run_.delivered(slots_[client.index()].started);
        done_.push_back(client.index());
    }
    void on_packet(Client&, std::string_view packet) override { Run::wrong("nothing was asked", packet); }

    /// Not from within the connection's own call.
    void replace_done() {
        for (const auto index : done_) open(index);
        done_.clear();
    }

private:
    struct Slot {
        std::unique_ptr<Client> client;
        std::uint64_t started = 0;
    };

    void open(std::size_t index) {
        slots_[index].client.reset();
        run_.set_now();
        slots_[index].started = run_.now();
        slots_[index].client = std::make_unique<Client>(run_, *this, index);
    }

    Run& run_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> done_;
};

}  // namespace

Clients::Clients(Run& run, ClientListener& listener, std::size_t count) {
    std::size_t ready = 0;
    const auto all_ready = [&] {
        while (ready < all_.size() && all_[ready]->ready()) ++ready;
        while (all_.size() < count && all_.size() < ready + opening_at_once) {
            all_.push_back(std::make_unique<Client>(run, listener, all_.size()));
        }
        return ready == count;
    };
    run.until(all_ready, connect_limit_seconds, "connecting");
}

bool take(std::string_view& text, std::string_view expected) noexcept {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

bool take(std::string_view& text, std::uint64_t& number) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

std::string run_connect(Run& run) {
    Reconnecting connections(run);
    run.measure([&] { connections.replace_done(); });
    return run.report("connections");
}

std::string run_idle(Run& run) {
    NoPackets nothing;
    const auto settle = [&] {
        const auto settled = run.now() + static_cast<std::uint64_t>(run.options().seconds * 1e9);
        run.until([&] { return run.now() >= settled; }, run.options().seconds + 10, "settling");
        return run.server().resident_bytes();
    };
    const std::size_t before = run.server().resident_bytes();
    std::size_t first = 0;
    std::string peaks;
    std::string left;
    for (std::size_t cycle = 0; cycle < run.options().cycles; ++cycle) {
        std::size_t peak = 0;
        {
            const Clients clients(run, nothing, run.options().connections);
            peak = settle();
        }
        if (cycle == 0) first = peak;
        peaks += (peaks.empty() ? "" : ",") + std::to_string(peak);
        left += (left.empty() ? "" : ",") + std::to_string(settle());
    }
    const auto count = run.options().connections;
    const auto bytes = first > before ? (first - before) / count : 0;
    return run.report("idle connections", ",\"connections\":" + std::to_string(count) +
                                              ",\"bytesPerConnection\":" + std::to_string(bytes) +
                                              ",\"residentConnected\":[" + peaks + "],\"residentLeft\":[" + left + "]");
}

}  // namespace bench
