// The contract, for each transport of each generation.

#include "unit/transport/transport_contract.hpp"

#include <optional>
#include <utility>

#include "transport/engine_endpoint.hpp"
#include "transport/v09_endpoint.hpp"
#include "util/percent.hpp"
#include "util/utf8.hpp"
#include "wire/json_text.hpp"
#include "wire/v09_payload.hpp"
#include "wire/ws_frame.hpp"

namespace {

using namespace sio;
using session::CloseReason;
using test::TransportDriver;
using wire::WsOpcode;
using Messages = std::vector<std::string>;

std::string masked(WsOpcode opcode, std::string_view payload) {
    std::string frame;
    wire::append_ws_masked_frame(frame, opcode, payload, 0x12345678);
    return frame;
}

/// Takes a server's frame off `bytes`: opcode and payload. Nothing when there is no whole one.
std::optional<std::pair<WsOpcode, std::string>> take_frame(std::string& bytes) {
    if (bytes.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= 126) {
        const std::size_t digits = length == 126 ? 2 : 8;
        length = 0;
        for (std::size_t i = 0; i < digits; ++i) length = length * 256 + byte(2 + i);
        header += digits;
    }
    if (bytes.size() < header + length) return std::nullopt;
    auto frame = std::pair(static_cast<WsOpcode>(byte(0) & 15), bytes.substr(header, length));
    bytes.erase(0, header + length);
    return frame;
}

/// What drivers have in common: requests, and a connection or a poll to read from.
template <class Endpoint>
class RequestDriver : public TransportDriver {
public:
    std::vector<std::string> received() override {
        Messages messages;
        if (down_) {
            test::pass_turns();
            take_written(messages);
            return messages;
        }
        while (!over_) {
            if (!poll_) poll_ = poll();
            test::pass_turns();
            if (poll_->status() == 0) break;
            const auto answer = std::exchange(poll_, nullptr);
            if (answer->status() != 200) over_ = true;
            if (answer->status() == 200) take_payload(answer->body(), messages);
        }
        return messages;
    }
    void stop_reading() override {
        // The operating system takes no more.
        if (down_) down_->wire->queued = 1'000'000;
    }
    void go_away() override {
        for (const auto& wire : wires_) wire->end();
    }
    bool client_sees_end() override {
        if (!down_) {
            received();
            return over_;
        }
        Messages ignored;
        take_written(ignored);
        return over_ || down_->wire->closed || down_->wire->aborted;
    }

protected:
    using AnswerPtr = std::shared_ptr<test::Answer>;

    AnswerPtr request(std::string method, std::string target, std::string body = {}, Headers headers = {}) {
        HttpRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        request.headers = std::move(headers);
        request.headers.add("Host", "localhost");
        auto answer = std::make_shared<test::Answer>();
        wires_.push_back(answer->wire);
        endpoint_->handle(std::make_unique<test::FakeExchange>(std::move(request), answer));
        return answer;
    }
    AnswerPtr websocket(std::string target) {
        return request("GET", std::move(target), {},
                       {{"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Version", "13"},
                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
    }
    void take_frames(Messages& messages) {
        std::string& bytes = down_->wire->written;
        while (const auto frame = take_frame(bytes)) {
            if (frame->first == WsOpcode::close) over_ = true;
            if (frame->first == WsOpcode::text) take_packet(frame->second, messages);
        }
    }
    virtual AnswerPtr poll() = 0;
    virtual void take_payload(std::string payload, Messages& messages) = 0;
    virtual void take_written(Messages& messages) = 0;
    virtual void take_packet(std::string_view packet, Messages& messages) = 0;

    std::optional<Endpoint> endpoint_;
    std::vector<std::shared_ptr<test::Wire>> wires_;
    AnswerPtr down_;  // of a transport that is a connection
    AnswerPtr poll_;
    bool over_ = false;
};

// ---- Engine.IO

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

class EngineDriver final : public RequestDriver<transport::EngineEndpoint> {
public:
    EngineDriver(greenlet::Loop& loop, EngineOptions options, int version, bool websocket)
        : options_(std::move(options)), version_(version), websocket_(websocket) {
        endpoint_.emplace(loop, options_, [this](std::shared_ptr<transport::Handshake> handshake, Environ) {
            handshake->accept(std::make_unique<EngineEcho>(handshake->session(), *this));
            return Response();
        });
        name_ = "eio" + std::to_string(version) + (websocket ? " websocket" : " polling");
    }

    std::string_view transport_name() const override { return name_; }
    std::string_view channel_transport_name() override {
        return endpoint_->host().sessions.find(sid_)->transport_name();
    }
    void open() override {
        if (websocket_) {
            down_ = RequestDriver::websocket(target());
            auto greeting = take_frame(down_->wire->written);
            REQUIRE(greeting);
            take_sid(greeting->second);
        } else {
            take_sid(request("GET", target())->body());
        }
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
        return "/engine.io/?EIO=" + std::to_string(version_) + "&transport=" + (websocket_ ? "websocket" : "polling") +
               (sid_.empty() ? "" : "&sid=" + sid_);
    }
    void take_sid(const std::string& greeting) { sid_ = greeting.substr(greeting.find(":\"") + 2, 20); }
    void send_packets(const Messages& packets) {
        if (websocket_) {
            for (const auto& packet : packets) down_->wire->feed(masked(WsOpcode::text, packet));
            return;
        }
        std::string payload;
        for (const auto& packet : packets) {
            if (version_ == 3) {
                payload += std::to_string(util::utf16_length(packet)) + ':';
            } else if (!payload.empty()) {
                payload += '\x1e';
            }
            payload += packet;
        }
        request("POST", target(), std::move(payload), {{"Content-Type", "text/plain;charset=UTF-8"}});
    }

    AnswerPtr poll() override { return request("GET", target()); }
    void take_payload(std::string payload, Messages& messages) override {
        while (!payload.empty()) {
            std::size_t size = payload.find('\x1e');
            std::size_t separator = 1;
            if (version_ == 3) {
                const std::size_t colon = payload.find(':');
                std::size_t units = std::stoul(payload);
                payload.erase(0, colon + 1);
                for (size = 0; units != 0; --units) {
                    if (static_cast<unsigned char>(payload[size]) >= 0xf0) --units;
                    ++size;
                    while (size < payload.size() && (payload[size] & 0xc0) == 0x80) ++size;
                }
                separator = 0;
            }
            take_packet(payload.substr(0, size), messages);
            payload.erase(0, size == std::string::npos ? size : size + separator);
        }
    }
    void take_written(Messages& messages) override { take_frames(messages); }
    void take_packet(std::string_view packet, Messages& messages) override {
        if (packet.starts_with('1')) over_ = true;
        if (packet.starts_with('4')) messages.emplace_back(packet.substr(1));
    }

    EngineOptions options_;
    int version_;
    bool websocket_;
    std::string name_;
    std::string sid_;
};

// ---- Socket.IO 0.9

class V09Echo final : public session::ChannelHandler {
public:
    V09Echo(session::V09Session& session, TransportDriver& driver) : session_(session), driver_(driver) {}
    bool on_packet(const wire::PacketView& packet) override {
        if (packet.type == wire::PacketType::disconnect) {
            session_.close(CloseReason::client_namespace_disconnect);
        } else {
            if (packet.type == wire::PacketType::message) ++driver_.delivered;
            session_.send(packet);
        }
        return true;
    }
    void on_close(CloseReason reason) override { driver_.ends.emplace_back(reason_text(reason)); }

private:
    session::V09Session& session_;
    TransportDriver& driver_;
};

class V09Driver final : public RequestDriver<transport::V09Endpoint> {
public:
    V09Driver(greenlet::Loop& loop, EngineOptions options, std::string_view name)
        : options_(std::move(options)), name_(name) {
        endpoint_.emplace(loop, resource_, options_,
                          [this](std::shared_ptr<transport::V09Handshake> handshake, Environ) {
                              auto& session = handshake->session();
                              session.set_handler(std::make_shared<V09Echo>(session, *this));
                              handshake->accept();
                              return Response();
                          });
    }

    std::string_view transport_name() const override { return name_; }
    std::string_view channel_transport_name() override {
        const auto name = endpoint_->host().sessions.find(sid_)->transport_name();
        CHECK(name == name_);
        return name;
    }
    void open() override {
        const std::string handshake = request("GET", resource_ + "/1/")->body();
        sid_ = handshake.substr(0, handshake.find(':'));
        if (is_socket()) down_ = websocket(target());
        if (is_stream()) down_ = request("GET", target());
        CHECK(received().empty());  // the greeting is none of ours
        CHECK(greeted_);
    }
    void send(const Messages& messages) override {
        Messages packets;
        for (const auto& message : messages) packets.push_back("3:::" + message);
        send_packets(packets);
    }
    void send_from_server(const Messages& messages) override {
        for (const auto& message : messages) {
            wire::PacketView packet;
            packet.type = wire::PacketType::message;
            packet.data = message;
            if (auto* const session = find()) session->send(packet);
        }
    }
    void close_from_server() override { find()->close(CloseReason::forced_close); }
    void pause_reading() override { find()->pause_reading(); }
    void resume_reading() override {
        find()->resume_reading();
        if (is_socket()) down_->wire->feed({});
    }
    void leave() override { send_packets({"0::"}); }
    void send_nonsense() override { send_packets({":"}); }

private:
    session::V09Session* find() { return endpoint_->host().sessions.find(sid_); }
    bool is_socket() const { return name_ == "websocket" || name_ == "flashsocket"; }
    bool is_stream() const { return name_ == "htmlfile" || name_ == "xhr-multipart"; }
    std::string target() const { return resource_ + "/1/" + name_ + "/" + sid_; }
    void send_packets(const Messages& packets) {
        if (is_socket()) {
            for (const auto& packet : packets) down_->wire->feed(masked(WsOpcode::text, packet));
            return;
        }
        std::string payload;
        wire::v09::PayloadEncoder encoder(payload);
        for (const auto& packet : packets) encoder.add(packet);
        if (name_ == "jsonp-polling") {
            std::string form;
            wire::append_json_string(form, payload);
            payload = "d=" + util::percent_encode(form);
        }
        request("POST", target(), std::move(payload));
    }

    AnswerPtr poll() override { return request("GET", target()); }
    void take_payload(std::string payload, Messages& messages) override {
        if (name_ == "jsonp-polling") payload = literal(payload, "io.j[0](");
        wire::v09::PayloadDecoder packets(payload, 1000);
        while (packets.next()) take_packet(packets.packet(), messages);
        CHECK(packets.error() == wire::v09::PayloadError::none);
    }
    /// The string that a script hands to `function`.
    static std::string literal(std::string_view script, std::string_view function) {
        REQUIRE(script.starts_with(function));
        const auto string = wire::scan_json_string(script.substr(function.size()));
        REQUIRE(string);
        std::string text;
        CHECK(wire::append_json_unescaped(text, string->raw));
        return text;
    }
    void take_written(Messages& messages) override {
        if (is_socket()) return take_frames(messages);
        std::string& bytes = down_->wire->written;
        while (!bytes.empty()) {
            const std::size_t size = std::stoul(bytes, nullptr, 16);
            const std::string chunk = bytes.substr(bytes.find("\r\n") + 2, size);
            bytes.erase(0, bytes.find("\r\n") + 2 + size + 2);
            if (size == 0) over_ = true;
            name_ == "htmlfile" ? take_script(chunk, messages) : take_part(chunk, messages);
        }
    }
    void take_script(std::string_view chunk, Messages& messages) {
        constexpr std::string_view call = "<script>_(";
        if (!chunk.starts_with(call)) return;
        CHECK(chunk.find("</script>") == chunk.size() - 9);
        std::string payload = literal(chunk, call);
        // As the client does.
        for (std::size_t at = 0; (at = payload.find("\\/", at)) != std::string::npos; ++at) payload.erase(at, 1);
        take_payload(payload, messages);
    }
    void take_part(std::string_view chunk, Messages& messages) {
        if (chunk.empty() || chunk.starts_with("--")) return;
        const std::size_t body = chunk.find("\r\n\r\n") + 4;
        take_payload(std::string(chunk.substr(body, chunk.rfind("\r\n--") - body)), messages);
    }
    void take_packet(std::string_view packet, Messages& messages) override {
        if (packet == "1::") greeted_ = true;
        if (packet.starts_with("0:") || packet.starts_with("7:")) over_ = true;
        if (packet.starts_with("3:::")) messages.emplace_back(packet.substr(4));
    }

    const std::string resource_ = "/socket.io";
    EngineOptions options_;
    std::string name_;
    std::string sid_;
    bool greeted_ = false;
};

auto engine(int version, bool websocket) {
    return [=](greenlet::Loop& loop, const EngineOptions& options) {
        return std::make_unique<EngineDriver>(loop, options, version, websocket);
    };
}

auto v09(std::string_view name) {
    return [=](greenlet::Loop& loop, const EngineOptions& options) {
        return std::make_unique<V09Driver>(loop, options, name);
    };
}

}  // namespace

TEST_CASE("Engine.IO 4 over WebSocket keeps the contract") { test::check_transport_contract(engine(4, true)); }
TEST_CASE("Engine.IO 4 over polling keeps the contract") { test::check_transport_contract(engine(4, false)); }
TEST_CASE("Engine.IO 3 over WebSocket keeps the contract") { test::check_transport_contract(engine(3, true)); }
TEST_CASE("Engine.IO 3 over polling keeps the contract") { test::check_transport_contract(engine(3, false)); }
TEST_CASE("websocket of 0.9 keeps the contract") { test::check_transport_contract(v09("websocket")); }
TEST_CASE("flashsocket keeps the contract") { test::check_transport_contract(v09("flashsocket")); }
TEST_CASE("xhr-polling keeps the contract") { test::check_transport_contract(v09("xhr-polling")); }
TEST_CASE("jsonp-polling keeps the contract") { test::check_transport_contract(v09("jsonp-polling")); }
TEST_CASE("htmlfile keeps the contract") { test::check_transport_contract(v09("htmlfile")); }
TEST_CASE("xhr-multipart keeps the contract") { test::check_transport_contract(v09("xhr-multipart")); }
