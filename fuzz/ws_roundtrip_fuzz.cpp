// WebSocket frames that were written are read as they were meant: masks, fragments, control frames between them.

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "check.hpp"
#include "support/ws_recorder.hpp"
#include "util/utf8.hpp"
#include "wire/ws_frame.hpp"
#include "wire/ws_parser.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sio::wire;
    sio::fuzz::Input input(data, size);
    WsParserOptions options;
    options.role = input.byte() % 2 != 0 ? WsRole::client : WsRole::server;
    std::string bytes;
    std::uint32_t mask = 0x9e3779b9;
    const auto write = [&](WsOpcode opcode, std::string_view payload, WsFrameBits bits = {}) {
        mask = mask * 1664525 + 1013904223;
        if (options.role == WsRole::client) {
            append_ws_frame(bytes, opcode, payload, bits);
        } else {
            append_ws_masked_frame(bytes, opcode, payload, mask, bits);
        }
    };

    std::vector<std::string> expected;
    std::vector<std::size_t> ends;
    while (!input.empty()) {
        const std::uint8_t kind = input.byte();
        std::string payload(input.short_text());
        // Now and then one that is long enough for the other length forms.
        if ((kind & 0x10) != 0) payload.append(kind * 300U, 'x');
        if (kind % 4 == 0) {
            payload.resize(std::min(payload.size(), ws_max_control_payload));
            write(WsOpcode::ping, payload);
            expected.push_back("ping=" + payload);
        } else {
            const bool text = kind % 4 == 1 && sio::util::utf8_valid(payload);
            const WsOpcode opcode = text ? WsOpcode::text : WsOpcode::binary;
            const std::size_t cut = std::min<std::size_t>(input.byte(), payload.size());
            if (kind % 4 == 3) {
                write(opcode, std::string_view(payload).substr(0, cut), {.fin = false});
                write(WsOpcode::pong, "between");
                expected.emplace_back("pong=between");
                write(WsOpcode::continuation, std::string_view(payload).substr(cut));
            } else {
                write(opcode, payload);
            }
            expected.push_back((text ? "text=" : "binary=") + payload);
            if (bytes.size() > cut) ends.push_back(bytes.size() - cut);
        }
    }
    std::sort(ends.begin(), ends.end());
    ends.push_back(bytes.size());

    WsParser parser(options);
    sio::test::WsRecorder recorder;
    FUZZ_CHECK(sio::test::feed_in_pieces(parser, recorder, bytes, ends) == 0 || ends.size() > 1);
    FUZZ_CHECK(recorder.events == expected);
    return 0;
}
