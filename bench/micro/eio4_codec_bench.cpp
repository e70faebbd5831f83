// How long it takes to read and write Socket.IO packets, without the JSON behind the event's name.

#include <benchmark/benchmark.h>

#include <string>

#include "util/base64.hpp"
#include "wire/eio4_codec.hpp"
#include "wire/eio4_payload.hpp"
#include "wire/json_text.hpp"

namespace {

using namespace sio::wire;

constexpr std::string_view arguments = R"({"room":"a","text":"hello world, this is a message of some length"})";

void decode_event(benchmark::State& state) {
    std::string text = R"(2/chat,17["chat message",)";
    text += arguments;
    text += ']';
    eio4::Decoder decoder;
    for (auto _ : state) benchmark::DoNotOptimize(decoder.decode(text));
}

void encode_event(benchmark::State& state) {
    const PacketView packet{.type = PacketType::event, .nsp = "/chat", .name = "chat message", .data = arguments};
    std::string out;
    for (auto _ : state) {
        out.clear();
        eio4::encode(packet, out);
        benchmark::DoNotOptimize(out.data());
    }
}

void decode_payload(benchmark::State& state) {
    std::string payload;
    eio4::PayloadEncoder encoder(payload);
    for (int i = 0; i < 16; ++i) encoder.add(sio::wire::EngineType::message, arguments);
    for (auto _ : state) {
        eio4::PayloadDecoder packets(payload);
        while (packets.next()) benchmark::DoNotOptimize(packets.packet());
    }
    state.SetItemsProcessed(state.iterations() * 16);
}

void append_string(benchmark::State& state) {
    const std::string text(static_cast<std::size_t>(state.range(0)), 'a');
    std::string out;
    for (auto _ : state) {
        out.clear();
        append_json_string(out, text);
        benchmark::DoNotOptimize(out.data());
    }
}

void append_double(benchmark::State& state) {
    std::string out;
    double value = 0.1;
    for (auto _ : state) {
        out.clear();
        append_json_number(out, value);
        benchmark::DoNotOptimize(out.data());
        value += 0.37;
    }
}

void encode_base64(benchmark::State& state) {
    const std::string bytes(static_cast<std::size_t>(state.range(0)), '\x5a');
    std::string out;
    for (auto _ : state) {
        out.clear();
        sio::util::append_base64(out, bytes);
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void decode_base64(benchmark::State& state) {
    const std::string text = sio::util::base64_encode(std::string(static_cast<std::size_t>(state.range(0)), '\x5a'));
    std::string out;
    for (auto _ : state) {
        out.clear();
        benchmark::DoNotOptimize(sio::util::append_base64_decoded(out, text));
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(decode_event);
BENCHMARK(encode_event);
BENCHMARK(decode_payload);
BENCHMARK(append_string)->Arg(20)->Arg(1000);
BENCHMARK(append_double);
BENCHMARK(encode_base64)->Arg(10'000);
BENCHMARK(decode_base64)->Arg(10'000);

}  // namespace
