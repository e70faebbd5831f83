#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sio {

/// Bytes that travel as a Socket.IO attachment (a `Buffer`, an `ArrayBuffer`), not as text.
///
/// A value: copying copies the bytes. `data()` is the bytes as characters.
class Binary {
public:
    Binary() = default;
    explicit Binary(std::string bytes) noexcept : bytes_(std::move(bytes)) {}
    explicit Binary(std::span<const std::byte> bytes)
        : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
    explicit Binary(std::span<const std::uint8_t> bytes)
        : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

    const char* data() const noexcept { return bytes_.data(); }
    std::size_t size() const noexcept { return bytes_.size(); }
    bool empty() const noexcept { return bytes_.empty(); }
    std::uint8_t operator[](std::size_t index) const noexcept { return static_cast<std::uint8_t>(bytes_[index]); }
    const std::string& bytes() const& noexcept { return bytes_; }
    std::string bytes() && noexcept { return std::move(bytes_); }

    friend bool operator==(const Binary&, const Binary&) = default;

private:
    std::string bytes_;
};

}  // namespace sio
