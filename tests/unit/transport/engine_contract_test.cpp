// The contract of transports, for those of Engine.IO.

#include <algorithm>

#include "transport/engine_endpoint.hpp"
#include "unit/transport/request_driver.hpp"
#include "util/percent.hpp"
#include "util/utf8.hpp"

namespace {

using namespace sio;
using session::CloseReason;
using test::literal;
using test::masked;
using test::RequestDriver;
using test::TransportDriver;
using wire::WsOpcode;
using Messages = std::vector<std::string>;

class EngineEcho final : public session::EngineObserver {
public:
    EngineEcho(session::EngineSession& session, TransportDriver& driver) : session_(session), driver_(driver) {}
    void on_text(std::string_view message) override {
        ++driver_.delivered;
        session_.send_text("4" + std::string(message));
    }
    void on_binary(std::string_view message) override { session_.send_binary(message); }
    void on_close(CloseReason reason) override { driver_.ends.emplace_back(reason_text(reason)); }

private:
    session::EngineSession& session_;
    TransportDriver& driver_;
};

/// How a client of Engine.IO talks.
enum class Way {
    websocket,
    polling,
    jsonp,
    binary_payloads,  ///< as a build of 1.0 for browsers, which reads no other
};

class EngineDriver final : public RequestDriver<transport::EngineEndpoint> {
public:
    EngineDriver(greenlet::Loop& loop, EngineOptions options, int version, Way way)
        : options_(std::move(options)), version_(version), way_(way) {
        endpoint_.emplace(loop, options_, [this](std::shared_ptr<transport::Handshake> handshake, Environ) {
            handshake->accept(std::make_unique<EngineEcho>(handshake->session(), *this));
            return Response();
        });
    }

    std::string_view transport_name() const override { return way_ == Way::websocket ? "websocket" : "polling"; }
    bool takes(std::string_view text) const override {
        // A backslash before a line feed and one before the letter n are the same in a client's form.
        if (way_ == Way::jsonp && text.find("\\\n") != text.npos) return false;
        // Engine.IO 4 has it between packets, and its clients do not send it.
        return version_ == 3 || way_ == Way::websocket || text.find('\x1e') == text.npos;
    }
    std::string_view channel_transport_name() override {
        return endpoint_->host().sessions.find(sid_)->transport_name();
    }
    void open() override {
        if (way_ == Way::websocket) {
            down_ = RequestDriver::websocket(target());
            auto greeting = test::take_frame(down_->wire->written);
            REQUIRE(greeting);
            greet(greeting->second);
        } else {
            Messages none;
            take_payload(request("GET", target())->body(), none);
            CHECK(none.empty());
        }
        REQUIRE(sid_.size() == 20);
    }
    void send(const Messages& messages) override {
        Messages packets;
        for (const auto& message : messages) packets.push_back("4" + message);
        send_packets(packets);
    }
    void send_from_server(const Messages& messages) override {
        for (const auto& message : messages) {
            if (auto* const session = find()) session->send_text("4" + message);
        }
    }
    void close_from_server() override { find()->close(CloseReason::forced_close); }
    void pause_reading() override { find()->pause_reading(); }
    void resume_reading() override {
        find()->resume_reading();
        if (down_) down_->wire->feed({});
    }
    void leave() override { send_packets({"1"}); }
    void send_nonsense() override { send_packets({"9"}); }

private:
    session::EngineSession* find() { return endpoint_->host().sessions.find(sid_); }
    std::string target() const {
        std::string target = "/engine.io/?EIO=" + std::to_string(version_) + "&transport=";
        target += transport_name();
        if (!sid_.empty()) target += "&sid=" + sid_;
        if (way_ == Way::jsonp) target += "&j=4";
        if (way_ == Way::binary_payloads) target += "&t=1400000000000-0";
        return target;
    }
    void greet(std::string_view greeting) {
        if (const auto at = greeting.find(":\""); at != greeting.npos) sid_ = greeting.substr(at + 2, 20);
    }
    void send_packets(const Messages& packets) {
        if (way_ == Way::websocket) {
            for (const auto& packet : packets) down_->wire->feed(masked(WsOpcode::text, packet));
            return;
        }
        std::string payload;
        for (const auto& packet : packets) {
            if (way_ == Way::binary_payloads) {
                payload += '\0';
                for (const char digit : std::to_string(packet.size())) payload += static_cast<char>(digit - '0');
                payload += '\xff';
            } else if (version_ == 3) {
                payload += std::to_string(util::utf16_length(packet)) + ':';
            } else if (!payload.empty()) {
                payload += '\x1e';
            }
            payload += packet;
        }
        std::string type = "text/plain;charset=UTF-8";
        if (way_ == Way::binary_payloads) type = "application/octet-stream";
        if (way_ == Way::jsonp) {
            type = "application/x-www-form-urlencoded";
            payload = "d=" + util::percent_encode(line_feeds_escaped(payload));
        }
        request("POST", target(), std::move(payload), {{"Content-Type", type}});
    }
    /// As the client does it for its form, whose line ends browsers change.
    static std::string line_feeds_escaped(std::string_view payload) {
        std::string escaped;
        for (std::size_t at = 0; at < payload.size(); ++at) {
            if (payload[at] == '\n') {
                escaped += "\\n";
            } else {
                if (payload.substr(at).starts_with("\\n")) escaped += '\\';
                escaped += payload[at];
            }
        }
        return escaped;
    }

    AnswerPtr poll() override { return request("GET", target()); }
    void take_payload(std::string payload, Messages& messages) override {
        if (way_ == Way::jsonp) payload = literal(payload, "___eio[4](");
        while (!payload.empty()) take_packet(next_packet(payload), messages);
    }
    std::string next_packet(std::string& payload) const {
        std::size_t start = 0;
        std::size_t size = std::min(payload.find('\x1e'), payload.size());
        std::size_t separator = 1;
        // Of other ways, too, when there is much to say, or something outside ASCII.
        const bool binary = version_ == 3 && way_ != Way::jsonp && payload.front() == '\0';
        if (way_ == Way::binary_payloads) REQUIRE(binary);
        if (binary) {
            size = 0;
            for (start = 1; payload[start] != '\xff'; ++start)
                size = size * 10 + static_cast<std::size_t>(payload[start]);
            ++start;
            separator = 0;
        } else if (version_ == 3) {
            std::size_t units = std::stoul(payload);
            start = payload.find(':') + 1;
            for (size = 0; units != 0; --units) {
                if (static_cast<unsigned char>(payload[start + size]) >= 0xf0) --units;
                ++size;
                while (start + size < payload.size() && (payload[start + size] & 0xc0) == 0x80) ++size;
            }
            separator = 0;
        }
        std::string packet = payload.substr(start, size);
        payload.erase(0, start + size + separator);
        return packet;
    }
    void take_written(Messages& messages) override { take_frames(messages); }
    void take_packet(std::string_view packet, Messages& messages) override {
        if (packet.starts_with('0')) greet(packet);
        if (packet.starts_with('1')) over_ = true;
        if (packet.starts_with('4')) messages.emplace_back(packet.substr(1));
    }

    EngineOptions options_;
    int version_;
    Way way_;
    std::string sid_;
};

void check(int version, Way way) {
    test::check_transport_contract([=](greenlet::Loop& loop, const EngineOptions& options) {
        return std::make_unique<EngineDriver>(loop, options, version, way);
    });
}

}  // namespace

TEST_CASE("Engine.IO 4 over WebSocket keeps the contract") { check(4, Way::websocket); }
TEST_CASE("Engine.IO 4 over polling keeps the contract") { check(4, Way::polling); }
TEST_CASE("Engine.IO 4 over JSONP polling keeps the contract") { check(4, Way::jsonp); }
TEST_CASE("Engine.IO 3 over WebSocket keeps the contract") { check(3, Way::websocket); }
TEST_CASE("Engine.IO 3 over polling keeps the contract") { check(3, Way::polling); }
TEST_CASE("Engine.IO 3 over JSONP polling keeps the contract") { check(3, Way::jsonp); }
TEST_CASE("Engine.IO 3 over polling with binary payloads keeps the contract") { check(3, Way::binary_payloads); }
