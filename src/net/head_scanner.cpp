#include "net/head_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace sio::net {

HeadScanner::Result HeadScanner::scan(std::string_view head) noexcept {
    const auto end = std::min(head.size(), max_bytes_);
    for (;;) {
        if (lines_ > 0 && line_ < end && (head[line_] == ' ' || head[line_] == '\t')) return Result::folded_line;
        const auto* found = scanned_ < end
                                ? static_cast<const char*>(std::memchr(head.data() + scanned_, '\n', end - scanned_))
                                : nullptr;
        if (found == nullptr) {
            scanned_ = end;
            if (head.size() < max_bytes_) return Result::incomplete;
            return lines_ == 0 ? Result::target_too_long : Result::too_large;
        }
        const auto at = static_cast<std::size_t>(found - head.data());
        if (at == line_ || head[at - 1] != '\r') return Result::bad_line_ending;
        const bool empty = at == line_ + 1;
        line_ = scanned_ = at + 1;
        // An empty first line is the caller's affair: it is skipped before the head begins.
        if (empty) return Result::complete;
        if (lines_++ > max_fields_) return Result::too_many_fields;  // the first is the request line
    }
}

}  // namespace sio::net
