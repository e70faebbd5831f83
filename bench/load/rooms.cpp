// Rooms: connections spread evenly into rooms, the first of each room sends to it.

#include "scenarios.hpp"

namespace bench {

namespace {

class Rooms final : public ClientListener {
public:
    explicit Rooms(Run& run)
        : run_(run), rooms_(run.options().rooms), text_(run.options().payload, 'x'), heard_(run.options().connections) {
        for (std::size_t i = 0; i < run.options().connections; ++i) ++rooms_[i % rooms_.size()].members;
        for (auto& room : rooms_) room.under_way.resize(run.options().in_flight);
    }

    void on_ready(Client&) override {}
    void join(Clients& clients) {
        clients_ = &clients;
        for (auto& client : clients) {
            client->send("20[\"join\",\"" + name(client->index() % rooms_.size()) + "\"]");
            client->flush();
        }
        run_.until([this] { return joined_ == clients_->size(); }, 30, "joining the rooms");
    }
    void start() {
        for (std::size_t room = 0; room < rooms_.size(); ++room) {
            for (std::size_t i = 0; i < run_.options().in_flight; ++i) send(room);
            (*clients_)[room].flush();
        }
    }

    void on_packet(Client& client, std::string_view packet) override {
        if (packet.starts_with("30[")) {
            ++joined_;
            return;
        }
        std::string_view rest = packet;
        std::uint64_t number = 0;
        if (!take(rest, "2[\"room\",\"") || !take(rest, number) || rest.size() != text_.size() + 3) {
            Run::wrong("not the room's message", packet);
        }
        if (number != heard_[client.index()]) Run::wrong("lost, repeated or out of order", packet);
        ++heard_[client.index()];
        const std::size_t index = client.index() % rooms_.size();
        Room& room = rooms_[index];
        UnderWay& message = room.under_way[number % room.under_way.size()];
        run_.delivered(message.sent_at);
        if (++message.delivered < room.members) return;
        send(index);
        if (index != client.index()) (*clients_)[index].flush();
    }

private:
    struct UnderWay {
        std::uint64_t sent_at = 0;
        std::size_t delivered = 0;
    };
    struct Room {
        std::size_t members = 0;
        std::uint64_t sent = 0;
        std::vector<UnderWay> under_way;
    };

    static std::string name(std::size_t room) { return "room " + std::to_string(room); }

    void send(std::size_t index) {
        Room& room = rooms_[index];
        room.under_way[room.sent % room.under_way.size()] = {run_.now(), 0};
        (*clients_)[index].send("2[\"room\",\"" + name(index) + "\",\"" + std::to_string(room.sent++) + ' ' + text_ +
                                "\"]");
    }

    Run& run_;
    std::vector<Room> rooms_;
    std::string text_;
    std::vector<std::uint64_t> heard_;
    Clients* clients_ = nullptr;
    std::size_t joined_ = 0;
};

}  // namespace

std::string run_rooms(Run& run) {
    Rooms rooms(run);
    Clients clients(run, rooms, run.options().connections);
    rooms.join(clients);
    rooms.start();
    run.measure();
    return run.report("deliveries");
}

}  // namespace bench
