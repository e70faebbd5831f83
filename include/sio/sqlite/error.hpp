#pragma once

#include <stdexcept>
#include <string>

namespace sio::sqlite {

/// What SQLite refused to do. The text is SQLite's, with the beginning of the statement.
class Error : public std::runtime_error {
public:
    Error(int extended_code, const std::string& what) : std::runtime_error(what), extended_code_(extended_code) {}

    /// The result code: `SQLITE_CONSTRAINT` (19), `SQLITE_BUSY` (5), ... https://sqlite.org/rescode.html
    int code() const noexcept { return extended_code_ & 0xff; }
    /// The extended result code: `SQLITE_CONSTRAINT_UNIQUE` (2067), ...
    int extended_code() const noexcept { return extended_code_; }

private:
    int extended_code_;
};

}  // namespace sio::sqlite
