#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <sio/binary.hpp>

namespace sio::redis {

/// A command and its arguments, encoded as they are added. Arguments are text (any bytes), integers, floating point (the
/// shortest text that reads as the same value), bool (1 or 0), sio::Binary, pairs, and ranges of those: each element of a
/// vector is an argument, each entry of a map two.
///
///     Command("HSET", "person:1", std::map<std::string, int>{{"age", 36}})  // HSET person:1 age 36
class Command {
public:
    template <class... Args>
    explicit Command(std::string_view name, const Args&... args) {
        append(name);
        (add(args), ...);
    }

    /// Appends arguments.
    template <class Arg>
    Command& add(const Arg& arg) {
        if constexpr (std::is_convertible_v<const Arg&, std::string_view>) {
            append(arg);
        } else if constexpr (std::is_same_v<Arg, Binary>) {
            append(arg.bytes());
        } else if constexpr (std::is_same_v<Arg, bool>) {
            append(arg ? "1" : "0");
        } else if constexpr (std::is_arithmetic_v<Arg>) {
            static_assert(!std::is_same_v<Arg, char> && !std::is_same_v<Arg, wchar_t> && sizeof(Arg) <= 8,
                          "a character: convert it to a string or to an int");
            char digits[32];
            append({digits, std::to_chars(digits, digits + sizeof digits, arg).ptr});
        } else if constexpr (requires {
                                 arg.first;
                                 arg.second;
                             }) {
            add(arg.first);
            add(arg.second);
        } else {
            for (const auto& each : arg) add(each);
        }
        return *this;
    }

    /// The name (0) or an argument; empty beyond the last. Takes time in proportion to `index`.
    std::string_view argument(std::size_t index) const noexcept;
    /// Name and arguments.
    std::size_t size() const noexcept { return count_; }
    /// Appends the bytes that are sent: an array of bulk strings.
    void encode_to(std::string& out) const;

private:
    void append(std::string_view argument);

    std::string body_;
    std::size_t count_ = 0;
};

}  // namespace sio::redis
