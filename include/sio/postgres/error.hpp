#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sio::postgres {

/// What PostgreSQL refused to do, or why there is no connection (any more). The text is the server's primary message, or
/// libpq's.
class Error : public std::runtime_error {
public:
    /// What the server says besides. https://www.postgresql.org/docs/current/protocol-error-fields.html
    struct Fields {
        std::string severity;  // "ERROR", "FATAL", "PANIC"
        std::string sqlstate;
        std::string detail;
        std::string hint;
        std::string table;
        std::string column;
        std::string constraint;
    };

    Error(const std::string& what, Fields fields)
        : std::runtime_error(what), fields_(std::make_shared<const Fields>(std::move(fields))) {}

    /// Five characters: `23505` (unique_violation), ... `08006` when the connection was lost, `08001` when there never was one.
    /// https://www.postgresql.org/docs/current/errcodes-appendix.html
    const std::string& sqlstate() const noexcept { return fields_->sqlstate; }
    const Fields& fields() const noexcept { return *fields_; }

    /// There is no connection (any more): class 08, or the server ended it (57P01 to 57P05). Whether it has executed the
    /// statement is not known.
    bool is_connection_failure() const noexcept {
        return sqlstate().starts_with("08") || sqlstate().starts_with("57P0");
    }
    /// 40001 or 40P01: the transaction would probably succeed when it is repeated.
    bool is_serialization_failure() const noexcept { return sqlstate() == "40001" || sqlstate() == "40P01"; }

private:
    std::shared_ptr<const Fields> fields_;
};

}  // namespace sio::postgres
