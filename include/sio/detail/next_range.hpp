#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace sio::detail {

/// Makes a range of one pass out of a member `std::optional<Value> next()`.
template <class Derived, class Value>
class NextRange {
public:
    class iterator {
    public:
        using value_type = Value;
        using difference_type = std::ptrdiff_t;

        iterator() = default;
        explicit iterator(Derived& range) : range_(&range) { ++*this; }

        Value& operator*() const noexcept { return *value_; }
        Value* operator->() const noexcept { return &*value_; }
        iterator& operator++() {
            value_ = range_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return !a.value_; }

    private:
        Derived* range_ = nullptr;
        mutable std::optional<Value> value_;
    };

    /// Blocks for the first value.
    iterator begin() { return iterator(static_cast<Derived&>(*this)); }
    std::default_sentinel_t end() const noexcept { return {}; }
};

}  // namespace sio::detail
