#pragma once

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

#include "support/vector_file.hpp"
#include "wire/engine_packet.hpp"

// What the tests of Engine.IO's packets and payloads share: the words of tests/vectors.

namespace sio::wire::test_vectors {

inline std::string_view name_of(EngineError error) {
    switch (error) {
        case EngineError::none: return "none";
        case EngineError::empty_packet: return "empty_packet";
        case EngineError::unknown_type: return "unknown_type";
        case EngineError::bad_base64: return "bad_base64";
        case EngineError::too_many_packets: return "too_many_packets";
        case EngineError::bad_length: return "bad_length";
        case EngineError::bad_utf8: return "bad_utf8";
    }
    return "?";
}

inline std::string_view name_of(EngineType type) {
    constexpr std::array<std::string_view, 7> names{"open", "close", "ping", "pong", "message", "upgrade", "noop"};
    return names[static_cast<std::size_t>(type)];
}

inline EngineType type_named(std::string_view name) {
    std::size_t type = 0;
    while (name_of(static_cast<EngineType>(type)) != name) ++type;
    return static_cast<EngineType>(type);
}

/// `decode(text, decoded, packet)` reads each packet of `file` as it should.
template <class Decode>
void check_reading(const std::string& file, Decode&& decode) {
    std::string decoded = "left over";
    for (const test::Vector& vector : test::read_vectors(file)) {
        CAPTURE(vector.line);
        EnginePacket packet;
        const EngineError error = decode(vector.bytes, decoded, packet);
        if (vector.has("error")) {
            CHECK(name_of(error) == vector.get("error"));
            CHECK(error_text(error) != "unknown error");
            continue;
        }
        REQUIRE(error == EngineError::none);
        CHECK(name_of(packet.type) == vector.fields.front().key);
        CHECK(packet.binary == vector.has("binary"));
        CHECK(packet.data == vector.get("data"));
    }
}

/// `append(out, type, data)` and `append_binary(out, data)` write each packet of `file` that is an encoder's.
template <class Append, class AppendBinary>
void check_writing(const std::string& file, Append&& append, AppendBinary&& append_binary) {
    for (const test::Vector& vector : test::read_vectors(file)) {
        if (!vector.encodes()) continue;
        CAPTURE(vector.line);
        std::string out = "kept";
        if (vector.has("binary")) {
            append_binary(out, vector.get("data"));
        } else {
            append(out, type_named(vector.fields.front().key), vector.get("data"));
        }
        CHECK(out == "kept" + vector.bytes);
    }
}

}  // namespace sio::wire::test_vectors
