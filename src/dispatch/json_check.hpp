#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <sio/binary.hpp>

namespace sio::dispatch {

/// Whether `text` is one JSON value (RFC 8259) in UTF-8 whose arrays and objects are nested at most `max_depth` deep.
bool is_json(std::string_view text, std::size_t max_depth);

/// Checks the arguments of a received packet, and mends what JavaScript calls JSON but strict parsers refuse: escapes of
/// surrogates that lack their other half, which JSON.stringify sends for text that was cut within an emoji.
class ArgumentCheck {
public:
    /// `array`: the packet's whole JSON array; may be empty. `data`: its arguments, a part of that text.
    /// False when it is not JSON, or too deep.
    bool check(std::string_view array, std::string_view data, std::size_t max_depth);

    /// The arguments, mended if that was necessary. Valid until the next check, and as long as what was checked.
    std::string_view data() const noexcept { return data_; }

private:
    std::string whole_;
    std::string mended_;
    std::string_view data_;
};

/// Whether every placeholder in the arguments `data` (checked JSON) stands for one of so many attachments. One that does
/// not is an attempt at confusing the receiver (CVE-2022-2421).
bool placeholders_are_valid(std::string_view data, std::span<const Binary> attachments);

}  // namespace sio::dispatch
