#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sio::redis {

/// What the server answered instead of a result: `WRONGTYPE Operation against a key holding the wrong kind of value`.
/// What fails on the way to the server is no Error of this kind; see Client.
class Error : public std::runtime_error {
public:
    /// `text` as the server sent it.
    explicit Error(const std::string& text) : std::runtime_error(text) {}

    /// Its first word: `ERR`, `WRONGTYPE`, `NOAUTH`, `NOPERM`, `MOVED`, `EXECABORT`, ...
    std::string_view code() const noexcept {
        const std::string_view text = what();
        return text.substr(0, text.find(' '));
    }
    /// What follows.
    std::string_view message() const noexcept {
        const std::string_view text = what();
        const std::size_t space = text.find(' ');
        return space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    }
};

}  // namespace sio::redis
