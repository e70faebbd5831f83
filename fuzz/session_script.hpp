#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The inputs of sessions_fuzz: steps of one byte, each with its own arguments.

namespace sio::fuzz {

enum class Step : std::uint8_t {
    open_polling,    ///< generation
    open_websocket,  ///< generation
    poll,
    post,       ///< text
    upgrade,    ///< of the session of now, whatever it is
    bytes,      ///< text, as it stands, on the connection of now
    text,       ///< text, in a frame
    binary,     ///< text, in a frame
    leave,      ///< the connection of now
    wait,       ///< byte, in tenths of a second
    choose,     ///< byte: another session
    fall_back,  ///< byte: the peers read nothing (even), or everything (odd)
    broadcast,
    http,  ///< text: bytes of HTTP requests, in which `~` stands for the session's id; what follows an upgrade is the WebSocket's
};
inline constexpr std::uint8_t step_count = 14;

/// Writes a script.
class Script {
public:
    Script& step(Step step) { return add(static_cast<std::uint8_t>(step)); }
    Script& step(Step kind, std::uint8_t argument) { return step(kind).add(argument); }
    Script& step(Step kind, std::string_view text) {
        step(kind).add(static_cast<std::uint8_t>(text.size() / 256)).add(static_cast<std::uint8_t>(text.size() % 256));
        bytes_ += text;
        return *this;
    }
    const std::string& bytes() const noexcept { return bytes_; }

private:
    Script& add(std::uint8_t byte) {
        bytes_ += static_cast<char>(byte);
        return *this;
    }
    std::string bytes_;
};

}  // namespace sio::fuzz
