#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio {

/// The header fields of an HTTP message, in the order in which they were added.
///
/// Names compare without regard to ASCII case and keep the spelling that they were given. A name may occur
/// more than once (`Set-Cookie`). Look-up is linear: messages have few fields.
///
/// Errors: whatever adds a field throws std::invalid_argument when the name is not a token (RFC 9110, 5.6.2)
/// or the value holds CR, LF or NUL, which would let a value from a request begin another field or another
/// response.
class Headers {
public:
    using value_type = std::pair<std::string, std::string>;
    using const_iterator = std::vector<value_type>::const_iterator;

    Headers() = default;
    Headers(std::initializer_list<value_type> fields);

    /// The first value of `name`, or an empty view when there is none. Valid until the headers change.
    std::string_view get(std::string_view name) const noexcept;
    bool contains(std::string_view name) const noexcept;
    std::size_t count(std::string_view name) const noexcept;
    /// All values of `name` as one list with `, ` between (RFC 9110, 5.3). Not for `Set-Cookie`.
    std::string combined(std::string_view name) const;

    /// Adds a field, after any others of that name.
    void add(std::string_view name, std::string_view value);
    /// Replaces all fields called `name` by one, at the place of the first.
    void set(std::string_view name, std::string_view value);
    /// Removes all fields called `name`; says how many there were.
    std::size_t erase(std::string_view name);

    const_iterator begin() const noexcept { return fields_.begin(); }
    const_iterator end() const noexcept { return fields_.end(); }
    std::size_t size() const noexcept { return fields_.size(); }
    bool empty() const noexcept { return fields_.empty(); }

private:
    std::vector<value_type> fields_;
};

}  // namespace sio
