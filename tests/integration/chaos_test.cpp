// Clients of all generations and transports that come, talk and leave in every way, at three workers, while the server
// stops and starts under them. Freed memory is overwritten (MALLOC_PERTURB_, in CMakeLists.txt).

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sio/sio.hpp>

#include "unit/server/raw_client.hpp"

using namespace std::chrono_literals;
using namespace sio;
using test::RawClient;

namespace {

constexpr std::size_t kinds = 6;  // three generations, over polling and WebSocket

struct Chaos : public virtual BaseNamespace, public RoomsMixin, public BroadcastMixin {
    Chaos() { ++alive(); }
    ~Chaos() override { --alive(); }
    static std::atomic<int>& alive() {
        static std::atomic<int> count{0};
        return count;
    }
    static void events(EventTable<Chaos>& on) {
        on("echo", [](Chaos&, int n) { return n; });
        on("join", [](Chaos& self, std::string room) {
            self.join(room);
            return 1;
        });
        on("say", [](Chaos& self, std::string room) {
            self.emit_to_room(room, "said", self.sid());
            self.broadcast_event_not_me("all", 1);
            return 1;
        });
        on("slow", [](Chaos& self) {
            self.spawn([] { sio::sleep(1s); });
            sio::sleep(200ms);
            self.emit("late", 1, [](int) {});
            return 1;
        });
        on("ask", [](Chaos& self) {
            try {
                return self.timeout(100ms).call<int>("question");
            } catch (const Timeout&) {  // nobody answers
                return 0;
            }
        });
        on("kick", [](Chaos& self, int n) { n % 2 == 0 ? self.disconnect() : self.socket().disconnect(); });
        on("everyone", [](Chaos& self) { return self.everyone().sockets().size(); });
    }
    void recv_connect() override {
        if (alive() % 7 == 0) sio::sleep(5ms);
    }
};

/// One client, from its handshake on. Whatever fails is thrown: servers may stop at any time.
class Guest {
public:
    Guest(std::uint16_t port, std::size_t kind)
        : port_(port), generation_(kind % 3), polls_(kind / 3 != 0), own_(port), polling_(port) {
        const std::string base = generation_ == 1 ? "/socket.io/?EIO=3&transport=" : "/socket.io/?EIO=4&transport=";
        if (generation_ == 0) {
            const std::string opened = own_.get("/socket.io/1/").body;
            target_ = polls_ ? "/socket.io/1/xhr-polling/" : "/socket.io/1/websocket/";
            target_ += opened.substr(0, opened.find(':'));
        } else if (polls_) {
            const std::string opened = own_.get(base + "polling").body;
            const auto sid = opened.find("\"sid\":\"");
            if (sid == opened.npos) throw std::runtime_error("refused");
            target_ = base + "polling&sid=" + opened.substr(sid + 7, 20);
            seen_ = opened;
        } else {
            target_ = base + "websocket";
        }
        if (!polls_ && polling_.upgrade(target_) != 101) throw std::runtime_error("refused");
        if (generation_ == 2) send("40");
        await(generation_ == 0 ? "1::" : "40");
    }

    /// Emits, and waits for the acknowledgement.
    void call(const std::string& event, const std::string& argument) {
        const std::string id = std::to_string(++id_);
        emit(event, argument, id);
        await(generation_ == 0 ? "6:::" + id + "+" : "43" + id + "[");
    }
    void emit(const std::string& event, const std::string& argument, const std::string& id = {}) {
        if (generation_ == 0) {
            send("5:" + id + (id.empty() ? "" : "+") + "::{\"name\":\"" + event + "\",\"args\":[" + argument + "]}");
        } else {
            send("42" + id + "[\"" + event + "\"" + (argument.empty() ? "" : ",") + argument + "]");
        }
    }
    void say_goodbye() { send(generation_ == 0 ? "0::" : "41"); }
    void vanish() { polling_.raw().reset(); }

private:
    void send(std::string packet) {
        if (!polls_) return polling_.send_text(packet);
        if (generation_ == 1) packet = std::to_string(packet.size()) + ':' + packet;
        if (own_.request("POST", target_, packet).status != 200) throw std::runtime_error("refused");
    }
    void await(const std::string& mark) {
        while (seen_.find(mark) == seen_.npos) {
            if (polls_) {
                const auto answer = polling_.get(target_);
                if (answer.status != 200 || answer.body.empty()) throw std::runtime_error("gone");
                seen_ += answer.body;
            } else {
                const std::string more = polling_.raw().receive();
                if (more.empty()) throw std::runtime_error("gone");
                seen_ += more;
            }
        }
        seen_.erase(0, seen_.find(mark) + mark.size());
    }

    std::uint16_t port_;
    std::size_t generation_;
    bool polls_;
    RawClient own_;      // for handshakes and POSTs
    RawClient polling_;  // for polls, or the WebSocket
    std::string target_;
    std::string seen_;
    int id_ = 0;
};

struct Crowd {
    std::atomic<std::uint16_t> port{0};
    std::atomic<bool> over{false};
    std::array<std::atomic<int>, kinds> visits{};

    void visit(std::size_t kind, std::minstd_rand& chance) {
        Guest guest(port, kind);
        const std::string room = "\"room " + std::to_string(chance() % 3) + "\"";
        guest.call("join", room);
        for (auto rounds = chance() % 8; rounds > 0 && !over; --rounds) {
            guest.call("say", room);
            guest.call("echo", "5");
            guest.emit("ask", "");
            if (chance() % 4 == 0) guest.call("everyone", "");
            if (chance() % 8 == 0) guest.emit("slow", "");
        }
        ++visits[kind];
        switch (chance() % 5) {
            case 0: return guest.say_goodbye();
            case 1: return guest.vanish();
            case 2: return guest.emit("kick", std::to_string(chance() % 2));
            case 3: return guest.emit("slow", "");
            default: return;  // its connections are closed
        }
    }
    void run(std::size_t number) {
        std::minstd_rand chance(static_cast<unsigned>(number + 1));
        while (!over) {
            try {
                if (port != 0) visit(number % kinds, chance);
            } catch (const std::exception&) {
                // The server stops, or has kicked it.
            }
            std::this_thread::yield();
        }
    }
};

}  // namespace

TEST_CASE("clients of all kinds do what they like while the server stops and starts") {
    Namespaces namespaces;
    namespaces.add<Chaos>("/");
    ServerOptions options;
    options.workers = 3;
    options.engine.max_queued_bytes = 64 * 1024;
    SocketIOServer server({"127.0.0.1", 0}, route(namespaces), options);
    Crowd crowd;
    std::vector<std::jthread> threads;
    constexpr std::size_t guests = 2 * kinds;
    for (std::size_t i = 0; i < guests; ++i) threads.emplace_back([&crowd, i] { crowd.run(i); });

    constexpr auto limit = 2s;
    for (int round = 1; round <= 4; ++round) {
        server.start();
        crowd.port = server.port();
        // As far as every kind has come and gone some times: on a slow machine that takes longer.
        const auto patience = std::chrono::steady_clock::now() + 60s;
        for (auto& visits : crowd.visits) {
            while (visits < 3 * round && std::chrono::steady_clock::now() < patience) {
                namespaces.of("/").emit("news", round);
                std::this_thread::sleep_for(1ms);
            }
            CHECK(visits >= 3 * round);
        }
        if (round % 2 == 0) namespaces.of("/").close_connections();
        const auto begin = std::chrono::steady_clock::now();
        server.stop(round % 2 == 0 ? limit : 0ms);
        // What is cut off unwinds, which takes time where it is slow; but nothing waits any more.
        CHECK(std::chrono::steady_clock::now() - begin < limit + 20s);
        CHECK(server.socket_count() == 0);
        CHECK(Chaos::alive() == 0);
        crowd.port = 0;
    }
    crowd.over = true;
    threads.clear();
}
