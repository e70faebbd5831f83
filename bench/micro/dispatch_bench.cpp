// What dispatch costs: from a decoded packet to the handler in its greenlet, and from emit() to the channel. No transport.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <sio/describe.hpp>
#include <sio/environ.hpp>
#include <sio/mixins.hpp>
#include <sio/namespaces.hpp>

#include "adapter/memory_adapter.hpp"
#include "dispatch/hub.hpp"
#include "dispatch/socket_impl.hpp"
#include "wire/eio4_codec.hpp"

namespace {

std::size_t allocations = 0;

}  // namespace

// Counts what the measured code allocates; the benchmark has one thread.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

struct Message {
    std::string room;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(Message, (), (room, text))

class Chat : public virtual sio::BaseNamespace, public sio::RoomsMixin {
public:
    static void events(sio::EventTable<Chat>& on) {
        on("chat message", [](Chat& self, Message message) { self.emit("chat message", message); });
        on("ack", [](Chat&, int a, int b) { return a + b; });
        on("forward", [](Chat& self, const sio::Args& args) { self.emit("forward", args); });
        on("nothing", [](Chat&) {});
    }
};

/// Encodes what it is sent, as a transport would, and forgets it.
class Sink final : public sio::session::Channel {
public:
    explicit Sink(sio::greenlet::Loop& loop) : loop_(loop) {}
    const std::string& sid() const noexcept override { return sid_; }
    sio::wire::Generation generation() const noexcept override { return sio::wire::Generation::eio4; }
    std::string_view transport_name() const noexcept override { return "websocket"; }
    sio::greenlet::Loop& loop() noexcept override { return loop_; }
    void send(const sio::wire::PacketView& packet, sio::session::SendFlags) override {
        out_.clear();
        sio::wire::eio4::encode(packet, out_);
        benchmark::DoNotOptimize(out_.data());
    }
    void send(const sio::session::Broadcast& packet, sio::session::SendFlags) override {
        benchmark::DoNotOptimize(
            packet.encoded(generation(), sio::session::Broadcast::Form::text, sio::wire::eio4::encode));
    }
    std::size_t queued_bytes() const noexcept override { return 0; }
    const sio::session::QueueRules& queue_rules() const noexcept override { return rules_; }
    sio::session::Drops drops() const noexcept override { return {}; }
    void flush() override {}
    void pause_reading() override {}
    void resume_reading() override {}
    void close(sio::session::CloseReason) override {}

private:
    sio::greenlet::Loop& loop_;
    sio::session::QueueRules rules_{sio::EngineOptions()};
    std::string sid_ = "session";
    std::string out_;
};

struct Server {
    Server()
        : hub(std::make_shared<sio::dispatch::Hub>(loop, std::make_unique<sio::adapter::MemoryAdapter>(),
                                                   sio::SocketOptions())) {
        namespaces.add<Chat>("/");
    }
    /// Runs `body` on the loop.
    template <class Body>
    void run(Body&& body) {
        loop.post([&] {
            body();
            loop.stop();
        });
        loop.run();
    }
    std::shared_ptr<sio::dispatch::SocketImpl> connect(Sink& sink) {
        auto socket = sio::dispatch::SocketImpl::open(hub, sink, sio::Environ());
        socket->bind(namespaces);
        sio::wire::PacketView packet;
        packet.type = sio::wire::PacketType::connect;
        socket->on_packet(packet);
        return socket;
    }

    sio::greenlet::Loop loop;
    std::shared_ptr<sio::dispatch::Hub> hub;
    sio::Namespaces namespaces;
};

void receive(benchmark::State& state, std::string_view text) {
    Server server;
    Sink sink(server.loop);
    server.run([&] {
        const auto socket = server.connect(sink);
        sio::wire::eio4::Decoder decoder;
        for (int i = 0; i < 100; ++i) socket->on_packet(decoder.decode(text).packet);
        const std::size_t before = allocations;
        for (auto _ : state) socket->on_packet(decoder.decode(text).packet);
        state.counters["allocations"] =
            static_cast<double>(allocations - before) / static_cast<double>(state.iterations());
        socket->on_close(sio::session::CloseReason::transport_close);
    });
}

void fan_out(benchmark::State& state) {
    Server server;
    Sink sink(server.loop);
    server.run([&] {
        std::vector<std::shared_ptr<sio::dispatch::SocketImpl>> sockets;
        for (int i = 0; i < state.range(0); ++i) {
            sockets.push_back(server.connect(sink));
            sockets.back()->get_namespace<Chat>("/")->join("room");
        }
        auto& first = *sockets.front()->get_namespace<Chat>("/");
        for (auto _ : state) first.emit_to_room("room", "chat message", "hello world");
        state.SetItemsProcessed(state.iterations() * (state.range(0) - 1));
        for (const auto& socket : sockets) socket->on_close(sio::session::CloseReason::transport_close);
    });
}

}  // namespace

BENCHMARK_CAPTURE(receive, event_to_struct_and_emit,
                  R"(2["chat message",{"room":"a","text":"hello world, this is a message of some length"}])");
BENCHMARK_CAPTURE(receive, event_forwarded,
                  R"(2["forward",{"room":"a","text":"hello world, this is a message of some length"}])");
BENCHMARK_CAPTURE(receive, two_numbers_acknowledged, R"(217["ack",40,2])");
BENCHMARK_CAPTURE(receive, nothing, R"(2["nothing"])");
BENCHMARK(fan_out)->Arg(1000);

BENCHMARK_MAIN();
