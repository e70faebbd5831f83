#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "wire/packet.hpp"
#include "wire/packet_error.hpp"

namespace sio::wire {

/// Holds a packet until its attachments have arrived.
///
/// One for each connection; it costs a pointer while nothing is pending.
class AttachmentCollector {
public:
    /// Ten attachments of the default maximal payload.
    static constexpr std::size_t default_max_bytes = 10'000'000;

    AttachmentCollector() noexcept;
    ~AttachmentCollector();
    AttachmentCollector(AttachmentCollector&&) noexcept;
    AttachmentCollector& operator=(AttachmentCollector&&) noexcept;

    /// Whether attachments are due: then text is an error (PacketError::unexpected_text) that its receiver must report.
    bool pending() const noexcept { return pending_ != nullptr; }

    /// Keeps a copy of `packet`, for which `attachments` (at least one) binary messages must come.
    /// unexpected_text when something is pending already.
    PacketError begin(const PacketView& packet, std::uint32_t attachments, std::size_t max_bytes = default_max_bytes);

    /// Takes the next attachment. Errors: unexpected_binary when none is due, attachments_too_large.
    /// After an error nothing is pending.
    PacketError add(std::string_view bytes);

    /// Whether the last attachment has arrived. Then packet() is whole.
    bool complete() const noexcept;

    /// The complete packet with its attachments. Valid until clear() or begin().
    const PacketView& packet() const noexcept;

    /// Forgets the packet, to be ready for the next one. Moving the collector away first keeps the packet alive
    /// while more input is taken.
    void clear() noexcept;

private:
    struct Pending;
    std::unique_ptr<Pending> pending_;
};

}  // namespace sio::wire
