// What the rows of all SQL databases share.

#include <sio/detail/sql_rows.hpp>

#include <string>

namespace sio::detail {

void throw_sql_mismatch(std::size_t column, std::string_view name, const std::string& value, std::string_view wanted) {
    throw Error(errc::invalid_value, "column " + std::to_string(column) + " \"" + std::string(name) + "\" is " + value +
                                         ", not " + std::string(wanted));
}

void throw_no_column(std::string_view name) {
    throw Error(errc::invalid_value, "the result has no column \"" + std::string(name) + "\"");
}

}  // namespace sio::detail
