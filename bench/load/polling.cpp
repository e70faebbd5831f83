// Echo over long-polling: each client posts an event, and polls for its acknowledgement.

#include "http_client.hpp"
#include "scenarios.hpp"

namespace bench {

namespace {

class PollingClient {
public:
    PollingClient(Run& run, std::size_t index)
        : run_(run),
          text_(run.options().payload, 'x'),
          polls_(run, index, [this](std::string_view body) { on_poll(body); }),
          posts_(run, index, [this](std::string_view) { on_posted(); }) {
        polls_.get(target_);
    }

    bool ready() const noexcept { return joined_; }
    void start() {
        polls_.get(target_);
        ask();
    }

private:
    void on_poll(std::string_view body) {
        if (!opened_) {
            const auto sid = body.find("\"sid\":\"");
            if (sid == std::string_view::npos) Run::wrong("not a handshake", body);
            target_ += "&sid=";
            target_ += body.substr(sid + 7, body.find('"', sid + 7) - sid - 7);
            opened_ = true;
            posts_.post(target_, "40");
            polls_.get(target_);
            return;
        }
        bool answered = false;
        bool ping = false;
        for (std::string_view rest = body; !rest.empty();) {
            const auto packet = rest.substr(0, rest.find('\x1e'));
            rest.remove_prefix(std::min(rest.size(), packet.size() + 1));
            if (packet == "2")
                ping = true;
            else if (packet.starts_with("40"))
                joined_ = true;
            else if (packet == "43" + std::to_string(asked_ - 1) + "[\"" + text_ + "\"]")
                answered = true;
            else
                Run::wrong("not the acknowledgement", packet);
        }
        if (ping) Run::wrong("runs of polling are to be shorter than the ping interval", body);
        if (!answered) return;
        answered_ = true;
        run_.delivered(sent_at_);
        polls_.get(target_);
        next();
    }

    // The answer of the POST and that of the poll come in any order.
    void on_posted() {
        if (!started_) return;
        posted_ = true;
        next();
    }
    void next() {
        if (posted_ && answered_) ask();
    }

    void ask() {
        started_ = true;
        posted_ = answered_ = false;
        sent_at_ = run_.now();
        posts_.post(target_, "42" + std::to_string(asked_++) + "[\"echo\",\"" + text_ + "\"]");
    }

    Run& run_;
    std::string text_;
    std::string target_ = "/socket.io/?EIO=4&transport=polling";
    bool opened_ = false;
    bool joined_ = false;
    bool started_ = false;
    bool posted_ = false;
    bool answered_ = false;
    std::uint64_t asked_ = 0;
    std::uint64_t sent_at_ = 0;
    HttpClient polls_;
    HttpClient posts_;
};

}  // namespace

std::string run_polling(Run& run) {
    std::vector<std::unique_ptr<PollingClient>> clients;
    std::size_t ready = 0;
    const auto all_ready = [&] {
        while (ready < clients.size() && clients[ready]->ready()) ++ready;
        if (clients.size() < run.options().connections && clients.size() < ready + 32) {
            clients.push_back(std::make_unique<PollingClient>(run, clients.size()));
        }
        return ready == run.options().connections;
    };
    run.until(all_ready, 30, "connecting");
    for (auto& client : clients) client->start();
    run.measure();
    return run.report("round trips");
}

}  // namespace bench
