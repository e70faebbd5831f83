// WebSocket frames: the same events whether the bytes come at once, one by one, cut anywhere, or with the parser
// stopped at each event.

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "check.hpp"
#include "support/ws_recorder.hpp"
#include "util/utf8.hpp"
#include "wire/ws_parser.hpp"

namespace {

using sio::wire::WsParser;
using sio::wire::WsParserOptions;

std::vector<std::string> read(const WsParserOptions& options, std::string_view bytes, std::vector<std::size_t> ends,
                              bool stops) {
    WsParser parser(options);
    sio::test::WsRecorder recorder;
    recorder.stops = stops;
    ends.push_back(bytes.size());
    FUZZ_CHECK(sio::test::feed_in_pieces(parser, recorder, bytes, ends) <= WsParser::max_tail);
    return recorder.events;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::uint8_t settings = input.byte();
    WsParserOptions options;
    options.role = (settings & 1) != 0 ? sio::wire::WsRole::client : sio::wire::WsRole::server;
    options.compression = (settings & 2) != 0;
    if ((settings & 4) != 0) options.max_message_bytes = 20;
    if ((settings & 8) != 0) options.max_fragments = 3;
    const std::size_t stride = 1 + (settings >> 4);
    const std::string_view bytes = input.rest();

    const std::vector<std::string> events = read(options, bytes, {}, false);
    for (const std::string& event : events) {
        if (event.starts_with("text=")) FUZZ_CHECK(sio::util::utf8_valid(event));
        if (event.find("text=") < 10 || event.find("binary=") < 10) {
            FUZZ_CHECK(event.size() - event.find('=') - 1 <= options.max_message_bytes);
        }
        // Nothing follows an error or a close frame.
        if (event.starts_with("error=") || event.starts_with("close=")) FUZZ_CHECK(&event == &events.back());
    }
    std::vector<std::size_t> ends;
    for (std::size_t end = stride; end < bytes.size(); end += stride) ends.push_back(end);
    FUZZ_CHECK(read(options, bytes, ends, false) == events);
    FUZZ_CHECK(read(options, bytes, ends, true) == events);
    FUZZ_CHECK(read(options, bytes, {}, true) == events);
    return 0;
}
