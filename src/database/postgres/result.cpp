#include <sio/postgres/result.hpp>

#include <libpq-fe.h>

#include <charconv>
#include <system_error>

namespace sio::postgres {

namespace {

int number(std::size_t index) noexcept { return static_cast<int>(index); }

template <class T>
std::optional<T> parse(std::string_view text) noexcept {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

int hex_digit(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
}

}  // namespace

void Result::Clear::operator()(pg_result* result) const noexcept { PQclear(result); }

Result::Result(pg_result* result) noexcept
    : result_(result),
      rows_(static_cast<std::size_t>(PQntuples(result))),
      columns_(static_cast<std::size_t>(PQnfields(result))) {}

std::string_view Result::column_name(std::size_t column) const noexcept {
    return PQfname(result_.get(), number(column));
}

std::int64_t Result::affected() const noexcept { return parse<std::int64_t>(PQcmdTuples(result_.get())).value_or(0); }

std::string_view Result::command_tag() const noexcept { return PQcmdStatus(result_.get()); }

std::string_view Result::cell(std::size_t row, std::size_t column) const noexcept {
    return {PQgetvalue(result_.get(), number(row), number(column)),
            static_cast<std::size_t>(PQgetlength(result_.get(), number(row), number(column)))};
}

bool Result::is_null(std::size_t row, std::size_t column) const noexcept {
    return PQgetisnull(result_.get(), number(row), number(column)) == 1;
}

std::optional<bool> Result::boolean(std::size_t row, std::size_t column) const noexcept {
    const auto text = cell(row, column);
    if (text == "t") return true;
    if (text == "f") return false;
    return std::nullopt;
}

std::optional<std::int64_t> Result::integer(std::size_t row, std::size_t column) const noexcept {
    return parse<std::int64_t>(cell(row, column));
}

// PostgreSQL writes NaN, Infinity and -Infinity, which from_chars reads.
std::optional<double> Result::real(std::size_t row, std::size_t column) const noexcept {
    return parse<double>(cell(row, column));
}

std::optional<std::string_view> Result::text(std::size_t row, std::size_t column) const noexcept {
    return cell(row, column);
}

// bytea_output = hex, the default: "\x" and two digits a byte.
std::optional<Binary> Result::bytes(std::size_t row, std::size_t column) const {
    auto text = cell(row, column);
    if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
    text.remove_prefix(2);
    std::string decoded;
    decoded.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
    }
    return Binary(std::move(decoded));
}

std::string Result::describe(std::size_t row, std::size_t column) const {
    if (is_null(row, column)) return "NULL";
    return "'" + std::string(cell(row, column).substr(0, 40)) + "'";
}

}  // namespace sio::postgres
