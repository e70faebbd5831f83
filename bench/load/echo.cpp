// Acknowledgements: each connection keeps a number of `echo` events under way.

#include "scenarios.hpp"

namespace bench {

namespace {

class Echo final : public ClientListener {
public:
    explicit Echo(Run& run)
        : run_(run),
          argument_("[\"" + std::string(run.options().payload, 'x') + "\"]"),
          event_("[\"echo\",\"" + std::string(run.options().payload, 'x') + "\"]"),
          states_(run.options().connections) {
        for (auto& state : states_) state.sent_at.resize(run.options().in_flight);
    }

    void on_ready(Client&) override {}
    void start(Client& client) {
        for (std::size_t i = 0; i < run_.options().in_flight; ++i) ask(client);
        client.flush();
    }

    void on_packet(Client& client, std::string_view packet) override {
        State& state = states_[client.index()];
        std::string_view rest = packet;
        std::uint64_t id = 0;
        if (!take(rest, "3") || !take(rest, id) || rest != argument_) Run::wrong("not the acknowledgement", packet);
        if (id != state.answered) Run::wrong("lost, repeated or out of order", packet);
        ++state.answered;
        run_.delivered(state.sent_at[id % state.sent_at.size()]);
        ask(client);
    }

private:
    struct State {
        std::uint64_t asked = 0;
        std::uint64_t answered = 0;
        std::vector<std::uint64_t> sent_at;
    };

    void ask(Client& client) {
        State& state = states_[client.index()];
        state.sent_at[state.asked % state.sent_at.size()] = run_.now();
        packet_ = '2';
        packet_ += std::to_string(state.asked++);
        packet_ += event_;
        client.send(packet_);
    }

    Run& run_;
    std::string argument_;
    std::string event_;
    std::string packet_;
    std::vector<State> states_;
};

}  // namespace

std::string run_echo(Run& run) {
    Echo echo(run);
    Clients clients(run, echo, run.options().connections);
    for (auto& client : clients) echo.start(*client);
    run.measure();
    return run.report("round trips");
}

}  // namespace bench
