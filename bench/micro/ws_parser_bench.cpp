// How long it takes to read and write WebSocket messages, in batches as they come out of one read.

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "wire/ws_frame.hpp"
#include "wire/ws_parser.hpp"

namespace {

using namespace sio::wire;

struct Counter final : WsReceiver {
    std::size_t messages = 0;
    bool on_message(const WsMessage& message) override {
        benchmark::DoNotOptimize(message.data);
        ++messages;
        return true;
    }
    bool on_ping(std::string_view) override { return true; }
    bool on_pong(std::string_view) override { return true; }
    void on_close(std::uint16_t, std::string_view) override {}
    void on_error(WsError) override {}
};

constexpr int batch = 32;

void read_batch(benchmark::State& state, const std::string& payload, WsOpcode opcode) {
    std::string frames;
    for (int i = 0; i < batch; ++i) append_ws_masked_frame(frames, opcode, payload, 0x9e3779b9);
    std::string input(frames.size(), '\0');
    const WsParserOptions options;
    WsParser parser(options);
    Counter counter;
    for (auto _ : state) {
        // The parser changes its input in place: a fresh copy stands for the read.
        std::memcpy(input.data(), frames.data(), frames.size());
        parser.feed(input.data(), input.size(), counter);
    }
    state.SetItemsProcessed(state.iterations() * batch);
    if (counter.messages != static_cast<std::size_t>(state.iterations()) * batch) state.SkipWithError("lost messages");
}

void read_text(benchmark::State& state) {
    read_batch(state, std::string(static_cast<std::size_t>(state.range(0)), 'a'), WsOpcode::text);
}
void read_text_of_two_byte_characters(benchmark::State& state) {
    std::string payload;
    while (payload.size() < static_cast<std::size_t>(state.range(0))) payload += "\xc3\xa9";
    read_batch(state, payload, WsOpcode::text);
}
void read_binary(benchmark::State& state) {
    read_batch(state, std::string(static_cast<std::size_t>(state.range(0)), '\xff'), WsOpcode::binary);
}

void write_text(benchmark::State& state) {
    const std::string payload(static_cast<std::size_t>(state.range(0)), 'a');
    std::string out;
    for (auto _ : state) {
        out.clear();
        for (int i = 0; i < batch; ++i) append_ws_frame(out, WsOpcode::text, payload);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetItemsProcessed(state.iterations() * batch);
}

BENCHMARK(read_text)->Arg(40)->Arg(125)->Arg(1000);
BENCHMARK(read_text_of_two_byte_characters)->Arg(40)->Arg(1000);
BENCHMARK(read_binary)->Arg(40)->Arg(1000);
BENCHMARK(write_text)->Arg(40)->Arg(1000);

}  // namespace
