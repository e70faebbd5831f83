#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sio::net {

/// Finds the end of an HTTP request's head as it arrives, and what no head may have.
///
/// Looks at each byte once, however the head is cut up. Beast, which parses the head when it is complete, takes folded
/// lines and any number of fields; both are refused here.
class HeadScanner {
public:
    enum class Result : std::uint8_t {
        incomplete,
        complete,         ///< size() is the size of the head, its empty line included
        bad_line_ending,  ///< a line that does not end in CR LF (RFC 9112, 2.2)
        folded_line,      ///< obs-fold (RFC 9112, 5.2)
        too_many_fields,
        target_too_long,  ///< the limit was reached within the first line
        too_large,
    };

    HeadScanner(std::size_t max_bytes, std::size_t max_fields) noexcept
        : max_bytes_(max_bytes), max_fields_(max_fields) {}

    /// `head` is everything of the request so far: what the last call was given, and more behind it.
    Result scan(std::string_view head) noexcept;
    std::size_t size() const noexcept { return line_; }
    void restart() noexcept { lines_ = line_ = scanned_ = 0; }

private:
    std::size_t max_bytes_;
    std::size_t max_fields_;
    std::size_t lines_ = 0;    // complete lines
    std::size_t line_ = 0;     // where the current line begins
    std::size_t scanned_ = 0;  // no line ends before this
};

}  // namespace sio::net
