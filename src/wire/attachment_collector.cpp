#include "wire/attachment_collector.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sio::wire {

struct AttachmentCollector::Pending {
    std::string text;  // what the views of `packet` are into
    PacketView packet;
    std::vector<Binary> attachments;
    std::uint32_t due = 0;
    std::size_t bytes_left = 0;
};

AttachmentCollector::AttachmentCollector() noexcept = default;
AttachmentCollector::~AttachmentCollector() = default;
AttachmentCollector::AttachmentCollector(AttachmentCollector&&) noexcept = default;
AttachmentCollector& AttachmentCollector::operator=(AttachmentCollector&&) noexcept = default;

PacketError AttachmentCollector::begin(const PacketView& packet, std::uint32_t attachments, std::size_t max_bytes) {
    if (pending_) {
        pending_.reset();
        return PacketError::unexpected_text;
    }
    auto pending = std::make_unique<Pending>();
    pending->packet = packet;
    pending->due = attachments;
    pending->bytes_left = max_bytes;

    std::string& text = pending->text;
    text.reserve(packet.nsp.size() + packet.query.size() + packet.name.size() + packet.data.size() +
                 packet.array.size());
    // Within the reserved size the text does not move.
    const auto keep = [&text](std::string_view& view) {
        const char* const copy = text.data() + text.size();
        text += view;
        view = {copy, view.size()};
    };
    keep(pending->packet.nsp);
    keep(pending->packet.query);
    keep(pending->packet.name);
    keep(pending->packet.data);
    keep(pending->packet.array);
    pending_ = std::move(pending);
    return PacketError::none;
}

PacketError AttachmentCollector::add(std::string_view bytes) {
    if (!pending_ || complete()) {
        pending_.reset();
        return PacketError::unexpected_binary;
    }
    if (bytes.size() > pending_->bytes_left) {
        pending_.reset();
        return PacketError::attachments_too_large;
    }
    pending_->bytes_left -= bytes.size();
    pending_->attachments.emplace_back(std::string(bytes));
    pending_->packet.attachments = pending_->attachments;
    return PacketError::none;
}

bool AttachmentCollector::complete() const noexcept {
    return pending_ && pending_->attachments.size() == pending_->due;
}

const PacketView& AttachmentCollector::packet() const noexcept { return pending_->packet; }

void AttachmentCollector::clear() noexcept { pending_.reset(); }

}  // namespace sio::wire
