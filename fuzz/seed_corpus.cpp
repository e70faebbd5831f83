// Writes the seeds of the fuzz targets, one file each, from the vectors that the unit tests use:
// seed_corpus VECTORS_DIR OUTPUT_DIR.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "session_script.hpp"
#include "support/vector_file.hpp"
#include "wire/ws_frame.hpp"

namespace {

namespace fs = std::filesystem;

class Corpus {
public:
    Corpus(const fs::path& output, const std::string& target) : folder_(output / target) {
        fs::create_directories(folder_);
    }
    void add(std::string_view seed) {
        std::ofstream file(folder_ / std::to_string(count_++), std::ios::binary);
        file.write(seed.data(), static_cast<std::streamsize>(seed.size()));
        if (!file.flush()) throw std::runtime_error("cannot write to " + folder_.string());
    }

private:
    fs::path folder_;
    int count_ = 0;
};

// The settings byte of ws_parser_fuzz.
char ws_settings(const sio::test::Vector& vector) {
    int settings = 0x40;
    if (vector.has("client")) settings |= 1;
    if (vector.has("deflate")) settings |= 2;
    if (vector.has("limit")) settings |= 4;
    if (vector.has("fragments")) settings |= 8;
    return static_cast<char>(settings);
}

// One message of attachments_fuzz.
std::string message(bool binary, const std::string& content) {
    return std::string(1, binary ? '\1' : '\0') + static_cast<char>(content.size()) + content;
}

// A conversation of one client, with everything that the server's namespace has.
std::string conversation(std::uint8_t generation, bool polling, bool upgrades) {
    using sio::fuzz::Step;
    sio::fuzz::Script script;
    const std::vector<std::string> packets = {
        R"(["echo",1,"two",{"three":null}])",
        R"(["join","room"])",
        R"(["say","room","hello"])",
        R"(["all",[1,2]])",
        R"(["slow",1])",
        R"(["ask"])",
        R"(["tell"])",
        R"(["throw"])",
        R"(["job"])",
        R"(["leave","room"])",
        R"(["go"])",
    };
    const auto spelled = [&](const std::string& arguments, std::size_t id) {
        if (generation != 0) return "42" + std::to_string(id) + arguments;
        const auto comma = arguments.find_first_of(",]");
        return "5:" + std::to_string(id) + "+::{\"name\":" + arguments.substr(1, comma - 1) + ",\"args\":[" +
               (arguments[comma] == ',' ? arguments.substr(comma + 1, arguments.size() - comma - 2) : std::string()) +
               "]}";
    };
    const auto say = [&](const std::string& packet) {
        if (!polling) {
            script.step(Step::text, packet);
        } else {
            script.step(Step::post, generation == 1 ? std::to_string(packet.size()) + ':' + packet : packet);
            script.step(Step::poll);
        }
    };
    script.step(polling || upgrades || generation == 0 ? Step::open_polling : Step::open_websocket, generation);
    if (polling) script.step(Step::poll);
    if (upgrades) script.step(Step::upgrade);
    if (upgrades && generation != 0) script.step(Step::text, "2probe").step(Step::text, "5");
    say(generation == 0 ? "1::/chat" : "40/chat,");
    if (generation == 2) say("40");
    for (std::size_t i = 0; i < packets.size(); ++i) say(spelled(packets[i], i));
    if (generation != 0) say(R"(451-1["bytes",{"_placeholder":true,"num":0}])");
    if (generation != 0 && !polling) script.step(Step::binary, generation == 1 ? "\4bytes" : "bytes");
    script.step(Step::broadcast).step(Step::wait, 250).step(Step::wait, 200);
    say(generation == 0 ? "2::" : generation == 1 ? "2" : "3");
    script.step(Step::choose, 1).step(Step::open_polling, generation).step(Step::choose, 0).step(Step::leave);
    return script.bytes();
}

// The same as bytes of HTTP, as far as a session needs.
std::string http_conversation(std::uint8_t generation) {
    using sio::fuzz::Step;
    const auto request = [](const std::string& method, const std::string& target, const std::string& body = {}) {
        std::string text = method + " /socket.io/" + target + " HTTP/1.1\r\nHost: localhost\r\n";
        if (method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return text + "\r\n" + body;
    };
    const std::string base = generation == 1 ? "?EIO=3&transport=" : "?EIO=4&transport=";
    const std::string poll = generation == 0 ? "1/xhr-polling/~" : base + "polling&sid=~";
    const std::string event = generation == 0 ? "5:::{\"name\":\"echo\",\"args\":[1]}" : "42[\"echo\",1]";
    const std::string packet = generation == 1 ? std::to_string(event.size()) + ':' + event : event;
    sio::fuzz::Script script;
    script.step(Step::open_polling, generation);
    script.step(Step::http, request("GET", poll) + request("POST", poll, packet) + request("GET", poll));
    std::string upgrade = request("GET", generation == 0 ? "1/websocket/~" : base + "websocket&sid=~");
    upgrade.insert(upgrade.size() - 2,
                   "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    sio::wire::append_ws_masked_frame(upgrade, sio::wire::WsOpcode::text, "2probe", 0x12345678);
    sio::wire::append_ws_masked_frame(upgrade, sio::wire::WsOpcode::text, "5", 0x12345678);
    script.step(Step::http, upgrade).step(Step::text, event).step(Step::leave);
    return script.bytes();
}

void write_seeds(const fs::path& vectors, const fs::path& output) {
    const auto read = [&](const char* name) { return sio::test::read_vectors((vectors / name).string()); };
    Corpus util(output, "util");
    Corpus json_text(output, "json_text");
    Corpus packet(output, "eio4_packet");
    Corpus payload(output, "eio4_payload");
    Corpus codec(output, "eio4_codec");
    Corpus packet3(output, "eio3_packet");
    Corpus payload3(output, "eio3_payload");
    Corpus codec3(output, "eio3_codec");
    Corpus jsonp(output, "jsonp");
    Corpus attachments(output, "attachments");
    Corpus redis_reply(output, "redis_reply");
    Corpus script_string(output, "script_string");
    Corpus ws_parser(output, "ws_parser");
    Corpus ws_roundtrip(output, "ws_roundtrip");

    for (const auto& vector : read("engine.io-4.txt")) {
        packet.add(vector.bytes);
        util.add("\4" + vector.bytes.substr(std::min<std::size_t>(1, vector.bytes.size())));
    }
    for (const auto& vector : read("redis-resp.txt")) redis_reply.add("\7" + vector.bytes);
    for (const auto& vector : read("engine.io-4-payload.txt")) payload.add("\x10" + vector.bytes);
    for (const auto& vector : read("engine.io-3.txt")) packet3.add(vector.bytes);
    for (const char* name : {"engine.io-3-payload.txt", "engine.io-3-binary-payload.txt"}) {
        for (const auto& vector : read(name)) payload3.add("\x10" + vector.bytes);
    }
    for (const auto& vector : read("engine.io-3-payload.txt")) jsonp.add("d=" + vector.bytes);
    for (const auto& vector : read("socket.io-4.txt")) codec3.add(vector.bytes);
    for (const auto& vector : read("socket.io-5.txt")) {
        codec.add(vector.bytes);
        script_string.add(vector.bytes);
        json_text.add(vector.get("data"));
        json_text.add(vector.get("array"));
        if (vector.bytes.size() > 200) continue;
        attachments.add(message(false, vector.bytes) + message(true, "one") + message(true, ""));
    }
    Corpus sessions(output, "sessions");
    for (const std::uint8_t generation : {0, 1, 2}) {
        sessions.add(conversation(generation, true, false));
        sessions.add(conversation(generation, false, true));
        if (generation != 0) sessions.add(conversation(generation, false, false));
        sessions.add(http_conversation(generation));
    }
    Corpus v09_codec(output, "v09_codec");
    Corpus v09_payload(output, "v09_payload");
    for (const auto& vector : read("socket.io-0.9.txt")) v09_codec.add(vector.bytes);
    for (const auto& vector : read("socket.io-0.9-payload.txt")) v09_payload.add("\x10" + vector.bytes);
    v09_payload.add(
        "\x10"
        "d=%22%5Cufffd5%5Cufffd3%3A%3A%3Aa%22");
    for (const auto& vector : read("websocket.txt")) {
        if (vector.bytes.size() > 4096) continue;
        ws_parser.add(ws_settings(vector) + vector.bytes);
        for (const auto& field : vector.fields) {
            if (field.value.empty() || field.value.size() > 255) continue;
            const char size = static_cast<char>(field.value.size());
            util.add("\3" + field.value);
            ws_roundtrip.add(std::string("\0\1", 2) + size + field.value + "\1\3" + size + field.value + "\2");
        }
    }
    for (const char* text :
         {"EIO=4&transport=polling&t=N8hyd6w&sid=a%20b+c", "dGhlIHNhbXBsZSBub25jZQ==", "100%&%zz=%c3%a9"}) {
        util.add(std::string("\5") + text);
    }
    for (const char* text : {R"("\ud83d\udca9 \u20ac \n")", R"("cut \ud83d")", "\xe2\x80\xa8 \xf0\x9f\x92\xa9 \xff"}) {
        json_text.add(text);
    }
    Corpus ws_deflate(output, "ws_deflate");
    ws_deflate.add("\1.permessage-deflate; client_max_window_bits, permessage-deflate; server_max_window_bits=\"10\"");
    // RFC 7692, 7.2.3.1 and 7.2.3.4.
    for (const std::string& bytes :
         {std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7), std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)}) {
        ws_deflate.add(std::string("\0\x40", 2) + bytes);
    }
    for (const char* text : {"</script><!--", "a\\<\n\"\xe2\x80\xa9\xff"}) script_string.add(text);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: seed_corpus VECTORS_DIR OUTPUT_DIR\n", stderr);
        return 2;
    }
    try {
        write_seeds(argv[1], argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "seed_corpus: %s\n", error.what());
        return 1;
    }
    return 0;
}
