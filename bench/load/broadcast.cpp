// Fan-out: senders whose broadcasts reach every connection, the senders included.

#include "scenarios.hpp"

namespace bench {

namespace {

class Broadcast final : public ClientListener {
public:
    explicit Broadcast(Run& run)
        : run_(run),
          connections_(run.options().connections),
          senders_(run.options().senders),
          text_(run.options().payload, 'x'),
          heard_(connections_ * run.options().senders) {
        for (auto& sender : senders_) sender.under_way.resize(run.options().in_flight);
    }

    void on_ready(Client&) override {}
    void start(Clients& clients) {
        clients_ = &clients;
        for (std::size_t sender = 0; sender < senders_.size(); ++sender) {
            for (std::size_t i = 0; i < run_.options().in_flight; ++i) send(sender);
            clients[sender].flush();
        }
    }

    void on_packet(Client& client, std::string_view packet) override {
        std::string_view rest = packet;
        std::uint64_t sender = 0;
        std::uint64_t number = 0;
        if (!take(rest, "2[\"bcast\",") || !take(rest, sender) || !take(rest, ",") || !take(rest, number) ||
            rest.size() != text_.size() + 4 || sender >= senders_.size()) {
            Run::wrong("not the broadcast", packet);
        }
        std::uint64_t& heard = heard_[client.index() * senders_.size() + sender];
        if (number != heard) Run::wrong("lost, repeated or out of order", packet);
        ++heard;
        UnderWay& message = senders_[sender].under_way[number % senders_[sender].under_way.size()];
        run_.delivered(message.sent_at);
        if (++message.delivered < connections_) return;
        send(sender);
        // The client that heard it last sends by itself what it queued; another one has to be told.
        if (sender != client.index()) (*clients_)[sender].flush();
    }

private:
    struct UnderWay {
        std::uint64_t sent_at = 0;
        std::size_t delivered = 0;
    };
    struct Sender {
        std::uint64_t sent = 0;
        std::vector<UnderWay> under_way;
    };

    void send(std::size_t index) {
        Sender& sender = senders_[index];
        sender.under_way[sender.sent % sender.under_way.size()] = {run_.now(), 0};
        (*clients_)[index].send("2[\"bcast\"," + std::to_string(index) + ',' + std::to_string(sender.sent++) + ",\"" +
                                text_ + "\"]");
    }

    Run& run_;
    std::size_t connections_;
    std::vector<Sender> senders_;
    std::string text_;
    std::vector<std::uint64_t> heard_;
    Clients* clients_ = nullptr;
};

}  // namespace

std::string run_broadcast(Run& run) {
    Broadcast broadcast(run);
    Clients clients(run, broadcast, run.options().connections);
    broadcast.start(clients);
    run.measure();
    return run.report("deliveries");
}

}  // namespace bench
