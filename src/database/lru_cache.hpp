#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sio::database {

/// Values by text, of which those are kept that were used last.
template <class Value>
class LruCache {
public:
    explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

    /// Null when there is none.
    Value* find(std::string_view key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return nullptr;
        entries_.splice(entries_.begin(), entries_, found->second);
        return &found->second->second;
    }
    /// Keeps `value`, which is not there yet; never for a capacity of 0.
    Value& insert(std::string_view key, Value value) {
        entries_.emplace_front(std::string(key), std::move(value));
        places_.emplace(entries_.front().first, entries_.begin());
        return entries_.front().second;
    }
    void erase(std::string_view key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return;
        const auto entry = found->second;
        places_.erase(found);
        entries_.erase(entry);
    }
    /// Whether the next insert() needs take_oldest() before it.
    bool full() const noexcept { return entries_.size() >= capacity_; }
    /// There is one.
    Value take_oldest() {
        Value value = std::move(entries_.back().second);
        places_.erase(entries_.back().first);
        entries_.pop_back();
        return value;
    }
    std::size_t capacity() const noexcept { return capacity_; }
    void clear() noexcept {
        places_.clear();
        entries_.clear();
    }

private:
    using Entries = std::list<std::pair<const std::string, Value>>;

    std::size_t capacity_;
    Entries entries_;  // the one that was used last first
    std::unordered_map<std::string_view, typename Entries::iterator> places_;
};

}  // namespace sio::database
