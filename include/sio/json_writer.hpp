#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sio/binary.hpp>

namespace sio {

/// Writes JSON text, value by value; the commas come by themselves.
///
///     writer.begin_object();
///     writer.key("name");
///     writer.write(user.name);
///     writer.end_object();
///
/// Everything is appended to a string of the caller's. Balanced use is the caller's business; the values themselves
/// always come out as valid JSON.
class JsonWriter {
public:
    /// Appends to `out`, whatever it holds. Binary values go to `attachments`; without it they are refused.
    explicit JsonWriter(std::string& out, std::vector<Binary>* attachments = nullptr) noexcept
        : out_(&out), start_(out.size()), attachments_(attachments) {}

    struct Continue {};
    /// The same for values that follow others in `out`, separated from them by a comma.
    JsonWriter(std::string& out, std::vector<Binary>* attachments, Continue) noexcept
        : out_(&out), start_(0), attachments_(attachments) {}

    void null();
    void boolean(bool value);
    /// Exactly, also beyond 2^53, where JavaScript rounds.
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    /// As JavaScript prints it. NaN and the infinities, which JSON does not have, become `null`, as JSON.stringify does.
    void number(double value);
    /// Bytes that are not UTF-8 become U+FFFD.
    void string(std::string_view value);
    /// An attachment, with a placeholder in the text. Throws Error(errc::unsupported) where there can be none.
    void binary(Binary value);

    void begin_array();
    void end_array();
    void begin_object();
    /// The name of the member whose value comes next.
    void key(std::string_view name);
    void end_object();

    /// A value, or several with commas between, that is JSON text already: copied unseen. Placeholders in it count from
    /// the first attachment of this writer.
    void raw(std::string_view json);

    /// Any value with a json_write(), those of <sio/json_convert.hpp> included.
    template <class T>
    void write(const T& value) {
        json_write(*this, value);
    }

    std::string& out() noexcept { return *out_; }
    std::vector<Binary>* attachments() noexcept { return attachments_; }

private:
    void separate();

    std::string* out_;
    std::size_t start_;
    std::vector<Binary>* attachments_;
};

}  // namespace sio
