#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/generation.hpp>

#include "unit/server/raw_client.hpp"

namespace sio::test {

/// How a Peer speaks.
struct PeerKind {
    Generation generation;
    bool polling;

    std::string name() const {
        static constexpr std::string_view names[] = {"v09", "eio3", "eio4"};
        return std::string(names[static_cast<std::size_t>(generation)]) + (polling ? " polling" : " websocket");
    }
};

inline constexpr PeerKind peer_kinds[] = {
    {Generation::v09, false}, {Generation::v09, true},   {Generation::eio3, false},
    {Generation::eio3, true}, {Generation::eio4, false}, {Generation::eio4, true},
};

/// A client of any generation and transport that is in the default namespace, and reads only when it is told to. What it
/// reads is the bytes on the wire, framing and all: tests look for marks in them.
class Peer {
public:
    Peer(std::uint16_t port, PeerKind kind) : port_(port), kind_(kind) {
        const bool v09 = kind.generation == Generation::v09;
        const std::string eio = kind.generation == Generation::eio3 ? "3" : "4";
        if (v09) {
            const std::string handshake = RawClient(port).get("/socket.io/1/").body;
            const std::string sid = handshake.substr(0, handshake.find(':'));
            target_ = std::string("/socket.io/1/") + (kind.polling ? "xhr-polling/" : "websocket/") + sid;
        } else if (kind.polling) {
            const std::string body = RawClient(port).get("/socket.io/?EIO=" + eio + "&transport=polling").body;
            const auto sid = body.find("\"sid\":\"");
            REQUIRE(sid != std::string::npos);
            target_ = "/socket.io/?EIO=" + eio + "&transport=polling&sid=" + body.substr(sid + 7, 20);
            handshake_ = body;  // which has the CONNECT packet of Engine.IO 3, too
        } else {
            target_ = "/socket.io/?EIO=" + eio + "&transport=websocket";
        }
        if (!kind.polling) {
            websocket_.emplace(net::test::Client::slow_tcp(port, 64 * 1024));
            REQUIRE(websocket_->upgrade(target_) == 101);
        }
        if (kind.generation == Generation::eio4) send("40");
        read_until(v09 ? "1::" : "40");
    }

    const PeerKind& kind() const noexcept { return kind_; }

    /// Emits an event with one number, and asks for an acknowledgement with that id unless it is 0.
    void emit(std::string_view event, int argument, int id = 0) {
        const std::string number = id == 0 ? std::string() : std::to_string(id);
        const std::string name = '"' + std::string(event) + '"';
        if (kind_.generation == Generation::v09) {
            send("5:" + number + (id == 0 ? "" : "+") + "::{\"name\":" + name + ",\"args\":[" +
                 std::to_string(argument) + "]}");
        } else {
            send("42" + number + "[" + name + "," + std::to_string(argument) + "]");
        }
    }
    /// The next bytes, or the answer of the next poll. Empty at the end of the connection.
    std::string read() {
        if (websocket_) return websocket_->raw().receive();
        if (!handshake_.empty()) return std::exchange(handshake_, {});
        if (!polls_) polls_.emplace(port_);
        const auto answer = polls_->get(target_);
        return answer.status == 200 ? answer.body : std::string();
    }
    /// Reads until `mark` has come. Returns everything; without the mark when the connection ended before.
    std::string read_until(std::string_view mark) {
        std::string all;
        for (;;) {
            const std::string more = read();
            if (more.empty()) return all;
            // What stands before cannot hold the mark any more.
            const std::size_t from = all.size() < mark.size() ? 0 : all.size() - mark.size();
            all += more;
            if (all.find(mark, from) != std::string::npos) return all;
        }
    }

private:
    void send(std::string_view packet) {
        if (websocket_) return websocket_->send_text(packet);
        std::string body(packet);
        if (kind_.generation == Generation::eio3) body = std::to_string(body.size()) + ':' + body;
        CHECK(RawClient(port_).request("POST", target_, body).status == 200);
    }

    std::uint16_t port_;
    PeerKind kind_;
    std::string target_;
    std::string handshake_;  // until it is read
    std::optional<RawClient> websocket_;
    std::optional<RawClient> polls_;
};

/// The numbers n of all marks `<n>` in the text, in order.
inline std::vector<int> marks_in(std::string_view text) {
    std::vector<int> marks;
    for (std::size_t at = text.find('<'); at != text.npos; at = text.find('<', at + 1)) {
        const auto end = text.find('>', at);
        if (end == text.npos) break;
        marks.push_back(std::stoi(std::string(text.substr(at + 1, end - at - 1))));
    }
    return marks;
}

}  // namespace sio::test
