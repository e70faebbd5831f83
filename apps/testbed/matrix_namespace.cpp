#include "matrix_namespace.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "code_points.hpp"

namespace testbed {

namespace {

/// 0, 1, 2 ... modulo 256.
sio::Binary pattern(std::size_t length) {
    std::string bytes(length, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    return sio::Binary(std::move(bytes));
}

sio::Args sum(const sio::Binary& data) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < data.size(); ++i) total += data[i];
    return sio::Args::of(sio::object("length", data.size(), "sum", total));
}

/// Enough for any test, and no way to have the server fill its memory.
constexpr std::size_t most_bytes = 16 * 1024 * 1024;
constexpr std::uint32_t most_drops = 1'000'000;

}  // namespace

void MatrixNamespace::events(sio::EventTable<MatrixNamespace>& on) {
    using Self = MatrixNamespace;
    on.inherit<CommonNamespace>();
    on("where", [](Self& self) { return self.ns_name(); });
    on("whoami", [](Self& self) { return self.sid(); });
    on("query", &Self::on_query);
    on("auth", [](Self& self) { return self.handshake().auth_args(); });
    on("bounce", [](Self& self, const sio::Args& args) { self.emit("bounced", args); });
    on("message", &Self::on_message);
    on("ask", &Self::on_ask);
    on("code-points", [](Self&, const std::string& text) { return code_points(text); });
    on("from-code-points", [](Self&, const std::vector<std::uint32_t>& list) { return from_code_points(list); });
    on("sum", [](Self&, const sio::Binary& data) { return sum(data); });
    on("give-binary", &Self::on_give_binary);
    on("to-room", &Self::on_to_room);
    on("to-others", [](Self& self, const sio::Args& args) { self.broadcast_event_not_me("others", args); });
    on("to-all", [](Self& self, const sio::Args& args) { self.broadcast_event("all", args); });
    on("tick", &Self::on_tick);
    on("ticks", &Self::on_ticks);
    on("flood", &Self::on_flood);
    on("name", [](Self& self, std::string name) { self.name_ = std::move(name); });
    on("kick", [](Self& self) { self.disconnect(); });
    on("expel", [](Self& self) {
        self.emit("last-words", "goodbye");
        self.socket().disconnect();
    });
}

void MatrixNamespace::recv_disconnect() {
    if (!name_.empty()) broadcast_event("gone", name_);
}

std::optional<std::string> MatrixNamespace::on_query(const std::string& key) {
    if (!handshake().query().contains(key) && !environ().query().contains(key)) return std::nullopt;
    return std::string(handshake().query(key));
}

void MatrixNamespace::on_message(const sio::Packet& packet) {
    // As it came: 0.9 has a packet for texts, and one for other values, beside the event.
    switch (packet.type) {
        case sio::PacketType::message: return send(packet.data);
        case sio::PacketType::json: {
            sio::Packet back = packet;
            back.id.reset();
            return socket().send_packet(back);
        }
        default: emit("message", packet.args);
    }
}

void MatrixNamespace::on_ask(const sio::Args& args) {
    // Not call(): while a handler blocks, the socket's next events wait, and a client may answer late.
    emit("question", args, [this](const sio::Args& answer) { emit("answered", answer); });
}

void MatrixNamespace::on_give_binary(std::size_t length) {
    if (length > most_bytes) return;
    const std::vector parts = {pattern(length), pattern(3)};
    emit("binary", sio::object("name", "pattern", "parts", parts), pattern(1));
}

void MatrixNamespace::on_to_room(const sio::Args& args) {
    if (const auto room = args.get_if<std::string>(0)) to(*room).emit("room", args);
}

void MatrixNamespace::on_tick(std::uint64_t number) {
    if (number != ticks_) in_order_ = false;
    ++ticks_;
}

sio::Args MatrixNamespace::on_ticks() {
    return sio::Args::of(sio::object("count", std::exchange(ticks_, 0), "inOrder", std::exchange(in_order_, true)));
}

void MatrixNamespace::on_flood(std::uint32_t count) {
    for (std::uint32_t i = 0; i < std::min(count, most_drops); ++i) emit("drop", i);
}

void RootNamespace::events(sio::EventTable<RootNamespace>& on) {
    on("where", [](RootNamespace& self) { return self.ns_name(); });
    on("echo", [](RootNamespace&, const sio::Args& args) { return args; });
}

}  // namespace testbed
