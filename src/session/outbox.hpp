#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::session {

/// Engine.IO packets that wait for a poll to fetch them, oldest first.
class Outbox {
public:
    struct Entry {
        bool binary;
        /// Text: with its packet type (`4hello`). Binary: the bytes alone.
        std::string data;
    };

    void push(bool binary, std::string_view data) {
        entries_.push_back({binary, std::string(data)});
        bytes_ += data.size();
    }
    bool empty() const noexcept { return entries_.empty(); }
    std::size_t bytes() const noexcept { return bytes_; }

    /// Everything that waits; the outbox is empty then, and holds no memory.
    std::vector<Entry> take() noexcept {
        bytes_ = 0;
        return std::exchange(entries_, {});
    }

private:
    std::vector<Entry> entries_;
    std::size_t bytes_ = 0;
};

}  // namespace sio::session
