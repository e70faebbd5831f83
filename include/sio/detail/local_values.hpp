#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace sio::detail {

/// The values that one greenlet has of all sio::Local. Few for each greenlet: look-up is linear.
class LocalValues {
public:
    class Value {
    public:
        Value() = default;
        virtual ~Value() = default;
        Value(const Value&) = delete;
        Value& operator=(const Value&) = delete;
    };

    LocalValues() = default;
    /// Ends the values, those that were made last first.
    ~LocalValues() { clear(); }
    LocalValues(const LocalValues&) = delete;
    LocalValues& operator=(const LocalValues&) = delete;

    Value* find(std::uint64_t key) const noexcept {
        for (const auto& [k, value] : values_) {
            if (k == key) return value.get();
        }
        return nullptr;
    }
    Value& insert(std::uint64_t key, std::unique_ptr<Value> value) {
        return *values_.emplace_back(key, std::move(value)).second;
    }
    void erase(std::uint64_t key) noexcept;

private:
    void clear() noexcept;

    std::vector<std::pair<std::uint64_t, std::unique_ptr<Value>>> values_;
};

/// Those of the current greenlet. Throws Error(errc::not_in_greenlet).
LocalValues& current_locals();
/// A key that no other Local of the process has or had.
std::uint64_t new_local_key() noexcept;

}  // namespace sio::detail
