#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/packet.hpp"

namespace sio::session {

/// One packet for many channels: its own copy of the packet, and what it looks like on the wire, made once for each
/// generation and form when the first channel asks.
///
/// Threads: one shard. (Each shard makes its own from the packet it is told to send.)
class Broadcast {
public:
    /// What the bytes of a cached encoding are.
    enum class Form : std::uint8_t {
        text,             ///< the Socket.IO packet, without its attachments: what the generation's codec gives
        frames,           ///< ready WebSocket frames: the packet and its attachments
        deflated_frames,  ///< the same, compressed where that is worth it
    };
    using Bytes = std::shared_ptr<const std::string>;

    /// Copies everything that `packet` refers to, but for `array`.
    explicit Broadcast(const wire::PacketView& packet)
        : attachments_(packet.attachments.begin(), packet.attachments.end()), view_(packet) {
        storage_.reserve(packet.nsp.size() + packet.query.size() + packet.name.size() + packet.data.size());
        view_.nsp = keep(packet.nsp);
        view_.query = keep(packet.query);
        view_.name = keep(packet.name);
        view_.data = keep(packet.data);
        view_.array = {};
        view_.attachments = attachments_;
    }
    Broadcast(const Broadcast&) = delete;
    Broadcast& operator=(const Broadcast&) = delete;

    const wire::PacketView& packet() const noexcept { return view_; }
    /// What it costs to keep it, without what it looks like on the wire.
    std::size_t held_bytes() const noexcept {
        std::size_t bytes = sizeof(*this) + storage_.capacity();
        for (const Binary& attachment : attachments_) bytes += sizeof attachment + attachment.size();
        return bytes;
    }

    /// The encoding for that generation. `encode(const PacketView&, std::string& out)` makes it, unless it has been made.
    template <class Encode>
    const Bytes& encoded(wire::Generation generation, Form form, Encode&& encode) const {
        Bytes& bytes = slots_[static_cast<std::size_t>(generation) * forms + static_cast<std::size_t>(form)];
        if (!bytes) {
            auto made = std::make_shared<std::string>();
            std::forward<Encode>(encode)(view_, *made);
            bytes = std::move(made);
        }
        return bytes;
    }

private:
    static constexpr std::size_t generations = 3;
    static constexpr std::size_t forms = 3;

    // The reservation makes sure that the views stay good.
    std::string_view keep(std::string_view text) {
        const std::size_t at = storage_.size();
        storage_.append(text);
        return std::string_view(storage_).substr(at);
    }

    std::string storage_;
    std::vector<Binary> attachments_;
    wire::PacketView view_;
    mutable std::array<Bytes, generations * forms> slots_;
};
using BroadcastPtr = std::shared_ptr<const Broadcast>;

}  // namespace sio::session
