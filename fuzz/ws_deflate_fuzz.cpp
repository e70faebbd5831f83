// permessage-deflate: no input inflates beyond its limit, what was deflated comes back, and an offer that is accepted is
// answered with something that would be accepted again.

#include <string>

#include "check.hpp"
#include "wire/ws_deflate.hpp"

using namespace sio::wire;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::uint8_t settings = input.byte();
    const std::size_t limit = input.byte();
    const std::string_view bytes = input.rest();

    if ((settings & 1) != 0) {
        if (const auto params = accept_deflate_offer(bytes)) {
            FUZZ_CHECK(params->server_window_bits >= 9 && params->server_window_bits <= 15);
            FUZZ_CHECK(accept_deflate_offer(describe_deflate(*params)) == params);
        }
        return 0;
    }
    std::string out;
    WsInflater any((settings & 2) != 0);
    const auto result = any.inflate(bytes, limit, out);
    FUZZ_CHECK(out.size() <= limit + 1);
    FUZZ_CHECK(result == WsInflater::Result::too_big || out.size() <= limit);

    WsDeflater deflater(9 + settings % 7, 1 + settings % 9, true);
    WsInflater inflater(true);
    for (int i = 0; i < 2; ++i) {
        std::string compressed;
        deflater.deflate(bytes, compressed);
        FUZZ_CHECK(inflater.inflate(compressed, bytes.size(), out) == WsInflater::Result::ok);
        FUZZ_CHECK(out == bytes);
    }
    return 0;
}
