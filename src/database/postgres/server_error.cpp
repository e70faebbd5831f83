#include "database/postgres/server_error.hpp"

#include <string>
#include <string_view>

namespace sio::postgres {

namespace {

std::string without_newline(std::string_view text) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    return std::string(text);
}

}  // namespace

Error error_of(const PGresult* result) {
    const auto field = [result](int code) {
        const char* text = PQresultErrorField(result, code);
        return std::string(text ? text : "");
    };
    Error::Fields fields;
    fields.severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
    fields.sqlstate = field(PG_DIAG_SQLSTATE);
    fields.detail = field(PG_DIAG_MESSAGE_DETAIL);
    fields.hint = field(PG_DIAG_MESSAGE_HINT);
    fields.table = field(PG_DIAG_TABLE_NAME);
    fields.column = field(PG_DIAG_COLUMN_NAME);
    fields.constraint = field(PG_DIAG_CONSTRAINT_NAME);
    std::string text = field(PG_DIAG_MESSAGE_PRIMARY);
    if (fields.sqlstate.empty()) {  // not from the server: libpq lost it
        fields.sqlstate = "08006";
        text = without_newline(PQresultErrorMessage(result));
    }
    return {text, std::move(fields)};
}

Error error_of(const PGconn* connection, const char* sqlstate) {
    Error::Fields fields;
    fields.severity = "FATAL";
    fields.sqlstate = sqlstate;
    std::string text = without_newline(connection ? PQerrorMessage(connection) : "out of memory");
    return {text.empty() ? "the connection was lost" : text, std::move(fields)};
}

}  // namespace sio::postgres
