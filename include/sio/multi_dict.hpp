#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio {

/// Names and values in the order in which they came, where a name may occur more than once: a query, a form, cookies.
///
/// Unlike header fields, names compare exactly. Views that it gives are valid until it changes.
class MultiDict {
public:
    using value_type = std::pair<std::string, std::string>;
    using const_iterator = std::vector<value_type>::const_iterator;

    /// The first value of `name`; empty when there is none.
    std::string_view operator[](std::string_view name) const noexcept { return get(name); }
    /// The first value of `name`, or else `fallback`.
    std::string_view get(std::string_view name, std::string_view fallback = {}) const noexcept {
        for (const auto& [key, value] : items_) {
            if (key == name) return value;
        }
        return fallback;
    }
    std::vector<std::string_view> get_all(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const auto& [key, value] : items_) {
            if (key == name) values.push_back(value);
        }
        return values;
    }
    bool contains(std::string_view name) const noexcept {
        for (const auto& item : items_) {
            if (item.first == name) return true;
        }
        return false;
    }

    void add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }

    const_iterator begin() const noexcept { return items_.begin(); }
    const_iterator end() const noexcept { return items_.end(); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

private:
    std::vector<value_type> items_;
};

}  // namespace sio
