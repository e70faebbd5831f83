#include <doctest/doctest.h>

#include <string>

#include "transport/websocket_accept.hpp"
#include "unit/transport/endpoint_fixture.hpp"
#include "wire/ws_deflate.hpp"
#include "wire/ws_frame.hpp"

using namespace sio;
using namespace sio::test;
using wire::WsOpcode;

namespace {

constexpr auto offer = "permessage-deflate; client_max_window_bits";

/// The client's end of the compression.
struct Peer {
    wire::WsDeflater deflater{15, 6, false};

    std::string frame(WsOpcode opcode, std::string_view payload) {
        std::string compressed;
        deflater.deflate(payload, compressed);
        std::string out;
        wire::append_ws_masked_frame(out, opcode, compressed, 0x12345678, {.fin = true, .rsv1 = true});
        return out;
    }
};

std::string compressed_frame(WsOpcode opcode, std::string_view payload, int level = 1) {
    std::string out;
    wire::append_ws_deflated_frame(out, opcode, payload, wire::thread_deflater(15, level));
    return out;
}

Headers with_offer() { return {{"Sec-WebSocket-Extensions", offer}}; }

}  // namespace

TEST_CASE("permessage-deflate is agreed on only where it is switched on and offered") {
    EndpointFixture off;
    off.run([&] {
        const auto answer = off.websocket("EIO=4&transport=websocket", with_offer());
        CHECK(answer->header("Sec-WebSocket-Extensions") == "");
    });
    EndpointFixture on;
    on.options.websocket_compression.emplace();
    on.run([&] {
        CHECK(on.websocket("EIO=4&transport=websocket")->header("Sec-WebSocket-Extensions") == "");
        CHECK(on.websocket("EIO=4&transport=websocket", with_offer())->header("Sec-WebSocket-Extensions") ==
              "permessage-deflate");
    });
}

TEST_CASE("messages are compressed from the threshold on, and read either way") {
    EndpointFixture f;
    f.options.websocket_compression = WebSocketCompression{.threshold = 100};
    f.run([&] {
        const auto wire = f.websocket("EIO=4&transport=websocket", with_offer())->wire;
        Peer peer;
        wire->written.clear();
        wire->feed(peer.frame(WsOpcode::text, "4hello"));
        CHECK(wire->written == text_frame("4hello"));
        const std::string large = "4" + std::string(1000, 'x');
        wire->written.clear();
        wire->feed(masked(WsOpcode::text, large));
        CHECK(wire->written == compressed_frame(WsOpcode::text, large));
        CHECK(wire->written.size() < 50);
        wire->written.clear();
        const std::string bytes(200, '\x80');
        wire->feed(peer.frame(WsOpcode::binary, bytes));
        CHECK(wire->written == compressed_frame(WsOpcode::binary, bytes));
    });
}

TEST_CASE("what cannot be inflated, is too large or is no text closes the connection") {
    const auto code_after = [](const std::string& frame) {
        EndpointFixture f;
        f.options.websocket_compression.emplace();
        f.options.max_payload_bytes = 10'000;
        std::string written;
        f.run([&] {
            const auto wire = f.websocket("EIO=4&transport=websocket", with_offer())->wire;
            wire->written.clear();
            wire->feed(frame);
            written = wire->written;
            CHECK(wire->closed);
        });
        REQUIRE(written.size() >= 4);
        return static_cast<unsigned char>(written[2]) * 256 + static_cast<unsigned char>(written[3]);
    };
    Peer peer;
    CHECK(code_after(peer.frame(WsOpcode::text, "4" + std::string(20'000, 'x'))) == 1009);
    CHECK(code_after(peer.frame(WsOpcode::text, "4\xff")) == 1007);
    std::string garbage;
    wire::append_ws_masked_frame(garbage, WsOpcode::text, "hello", 1, {.fin = true, .rsv1 = true});
    CHECK(code_after(garbage) == 1007);
}

TEST_CASE("a broadcast is compressed once for all who share the terms") {
    EndpointFixture f;
    f.options.websocket_compression.emplace();
    f.run([&] {
        const auto frames = [&](Headers headers) {
            const auto answer = f.websocket("EIO=4&transport=websocket", std::move(headers));
            CHECK(answer->status() == 101);
            session::Frames taken{};
            f.endpoint->host().sessions.for_each([&](session::EngineSession& session) {
                taken = session.takes_frames();
                session.close(session::CloseReason::forced_close);
            });
            return taken;
        };
        CHECK(frames({}) == session::Frames::plain);
        CHECK(frames(with_offer()) == session::Frames::deflated);
        CHECK(frames({{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10"}}) ==
              session::Frames::none);
    });
}

TEST_CASE("a client that did not offer to drop its window refers to earlier messages, and is sent none that do") {
    EndpointFixture f;
    f.options.websocket_compression = WebSocketCompression{.threshold = 10};
    f.run([&] {
        const auto wire = f.websocket("EIO=4&transport=websocket", with_offer())->wire;
        Peer peer{wire::WsDeflater(15, 6, true)};
        const std::string message = "4the same words again and again";
        for (int i = 0; i < 3; ++i) {
            wire->written.clear();
            wire->feed(peer.frame(WsOpcode::text, message));
            CHECK(wire->written == compressed_frame(WsOpcode::text, message));
        }
    });
}

TEST_CASE("with context takeover messages refer to those before") {
    EndpointFixture f;
    f.options.websocket_compression = WebSocketCompression{.threshold = 10, .level = 6, .context_takeover = true};
    f.run([&] {
        const auto answer =
            f.websocket("EIO=4&transport=websocket", {{"Sec-WebSocket-Extensions", "permessage-deflate"}});
        CHECK(answer->header("Sec-WebSocket-Extensions") == "permessage-deflate");
        const auto wire = answer->wire;
        wire::WsDeflater deflater(15, 6, true);
        std::string first;
        for (int i = 0; i < 2; ++i) {
            std::string compressed, frame;
            deflater.deflate("4the same words again and again", compressed);
            wire::append_ws_masked_frame(frame, WsOpcode::text, compressed, 7, {.fin = true, .rsv1 = true});
            wire->written.clear();
            wire->feed(frame);
            if (i == 0) first = wire->written;
        }
        CHECK(wire->written.size() < first.size() / 2);
    });
}
