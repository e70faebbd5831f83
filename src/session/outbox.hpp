#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::session {

/// What may become of a packet that waits while too much does.
enum class Loss : std::uint8_t {
    never,
    allowed,
    with_previous,  ///< it belongs to the packet before it: an attachment
};

/// Packets that wait for their client, oldest first: for a poll to fetch them, or for a slow connection to take them.
class Outbox {
public:
    struct Entry {
        bool binary;
        /// Engine.IO text: with its packet type (`4hello`). Binary: the bytes alone.
        std::string data;
        Loss loss = Loss::never;
    };

    void push(bool binary, std::string_view data, Loss loss = Loss::never) {
        entries_.push_back({binary, std::string(data), loss});
        bytes_ += cost(entries_.back());
    }
    bool empty() const noexcept { return entries_.empty(); }
    /// What waits, with what it takes to keep it: a client gets no more memory by way of small packets.
    std::size_t bytes() const noexcept { return bytes_; }

    /// Everything that waits; the outbox is empty then, and holds no memory.
    std::vector<Entry> take() noexcept {
        bytes_ = 0;
        return std::exchange(entries_, {});
    }
    /// The `count` oldest.
    std::vector<Entry> take(std::size_t count) {
        if (count >= entries_.size()) return take();
        const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(count);
        std::vector<Entry> taken(std::make_move_iterator(entries_.begin()), std::make_move_iterator(end));
        entries_.erase(entries_.begin(), end);
        for (const Entry& entry : taken) bytes_ -= cost(entry);
        return taken;
    }
    const std::vector<Entry>& entries() const noexcept { return entries_; }

    /// Takes out the oldest packets that may be lost, with what belongs to them, until at most `bytes` wait or no such
    /// packet is left. Returns how many.
    std::size_t drop_oldest(std::size_t bytes) noexcept {
        std::size_t dropped = 0;
        bool dropping = false;
        std::erase_if(entries_, [&](const Entry& entry) {
            if (entry.loss != Loss::with_previous) dropping = entry.loss == Loss::allowed && bytes_ > bytes;
            if (!dropping) return false;
            if (entry.loss == Loss::allowed) ++dropped;
            bytes_ -= cost(entry);
            return true;
        });
        return dropped;
    }

private:
    static std::size_t cost(const Entry& entry) noexcept { return sizeof(Entry) + entry.data.size(); }

    std::vector<Entry> entries_;
    std::size_t bytes_ = 0;
};

}  // namespace sio::session
