// The contract of transports, for those of Socket.IO 0.9.

#include "transport/v09_endpoint.hpp"
#include "unit/transport/request_driver.hpp"
#include "util/percent.hpp"
#include "wire/json_text.hpp"
#include "wire/v09_payload.hpp"

namespace {

using namespace sio;
using session::CloseReason;
using test::literal;
using test::masked;
using test::RequestDriver;
using test::TransportDriver;
using wire::WsOpcode;
using Messages = std::vector<std::string>;

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
        return endpoint_->host().sessions.find(sid_)->transport_name();
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
    bool ignores_nonsense() const override { return true; }

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

void check(std::string_view name) {
    test::check_transport_contract([=](greenlet::Loop& loop, const EngineOptions& options) {
        return std::make_unique<V09Driver>(loop, options, name);
    });
}

}  // namespace

TEST_CASE("websocket of 0.9 keeps the contract") { check("websocket"); }
TEST_CASE("flashsocket keeps the contract") { check("flashsocket"); }
TEST_CASE("xhr-polling keeps the contract") { check("xhr-polling"); }
TEST_CASE("jsonp-polling keeps the contract") { check("jsonp-polling"); }
TEST_CASE("htmlfile keeps the contract") { check("htmlfile"); }
TEST_CASE("xhr-multipart keeps the contract") { check("xhr-multipart"); }
