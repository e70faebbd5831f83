#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sio/binary.hpp>

namespace sio {

enum class JsonKind : std::uint8_t { end, null, boolean, number, string, array, object, binary };

/// Reads JSON text from front to back, without building a document.
///
/// Each read_ function takes one value. When the value is of another kind it fails: it returns false, reason() says what
/// was expected, and the reader is of no more use. Nothing throws.
///
///     if (!reader.enter_array()) return false;
///     while (reader.next_element())
///         if (!reader.read(items.emplace_back())) return reader.failed_in(index);
///
/// The text must be valid JSON: what a handler gets has been checked. (Other text gives wrong values, no wrong memory
/// accesses.) It must outlive the reader, and so must the attachments.
class JsonReader {
public:
    /// `text` holds one value, or several with commas between (arguments).
    explicit JsonReader(std::string_view text, std::span<const Binary> attachments = {}) noexcept
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), attachments_(attachments) {}

    /// Of the value ahead. An object that stands for an attachment is `binary`.
    JsonKind kind() noexcept;
    bool at_null() noexcept { return kind() == JsonKind::null; }

    bool read_null();
    bool read_boolean(bool& value);
    /// Whole numbers, `1e3` and `2.0` included. Out of range is a failure.
    bool read_integer(std::int64_t& value);
    bool read_integer(std::uint64_t& value);
    bool read_number(double& value);
    bool read_string(std::string& value);
    bool read_binary(Binary& value);
    /// The text of one value of any kind, as it came. A view into the reader's text.
    bool read_raw(std::string_view& json);
    bool skip();

    bool enter_array();
    /// Steps to the next element of the innermost array. False behind the last one: the array has then been left.
    bool next_element();
    bool enter_object();
    /// Steps to the next member of the innermost object; `key` is valid until the next step anywhere.
    bool next_member(std::string_view& key);
    /// Steps to the next argument at the top level. False at the end of the text.
    bool next_argument();

    /// Any type with a json_read(), those of <sio/json_convert.hpp> included.
    template <class T>
    bool read(T& value) {
        return json_read(*this, value);
    }

    /// Fails with "expected <what>, got <what is ahead>". Always false, to be returned.
    bool expected(std::string_view what);
    /// Fails with words of your own. Always false.
    bool fail(std::string_view reason);
    /// Adds to a failure where it was, from the inside out: `.name` or `[3]`. Always false.
    bool failed_in(std::string_view key);
    bool failed_in(std::size_t index);

    /// Empty until something failed.
    const std::string& reason() const noexcept { return reason_; }
    /// Where within the value it failed, as `.items[3]`; empty at the top.
    const std::string& path() const noexcept { return path_; }

    std::span<const Binary> attachments() const noexcept { return attachments_; }

private:
    void skip_space() noexcept;
    bool skip_string() noexcept;
    std::string_view number_token() noexcept;
    /// The number of the attachment that the object ahead stands for, or -1. Does not move.
    std::ptrdiff_t placeholder(const char*& behind) const noexcept;

    const char* begin_;
    const char* at_;
    const char* end_;
    std::span<const Binary> attachments_;
    std::string key_;
    std::string reason_;
    std::string path_;
};

}  // namespace sio
