#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include <sio/sql_parameter.hpp>

namespace sio::postgres {

/// `text` with the zero byte at its end that libpq wants; throws Error(errc::invalid_value) for one inside.
std::string terminated(std::string_view text);

/// Parameters as libpq wants them, copied: text that ends with a zero byte, but bytea as it is.
class Parameters {
public:
    /// Throws Error(errc::invalid_value) for text with a zero byte, and for more than 65535.
    explicit Parameters(std::span<const SqlParameter> parameters);
    Parameters(Parameters&&) noexcept = default;
    Parameters& operator=(Parameters&&) noexcept = default;

    int count() const noexcept { return static_cast<int>(values_.size()); }
    const Oid* types() const noexcept { return types_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

private:
    std::vector<std::string> texts_;
    std::vector<const char*> values_;  // into texts_; null for NULL
    std::vector<Oid> types_;           // 0: the server finds out
    std::vector<int> lengths_;
    std::vector<int> formats_;  // 0: text, 1: binary
};

}  // namespace sio::postgres
