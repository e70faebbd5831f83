#include "database/postgres/parameters.hpp"

#include <charconv>
#include <limits>

namespace sio::postgres {

namespace {

// pg_type.h: BYTEAOID. Said, since the server could not tell from the binary format alone.
constexpr Oid bytea = 17;
// The protocol counts them in 16 bits.
constexpr std::size_t max_parameters = 65'535;

std::string number(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;  // the shortest that is read back the same
    return {text, end};
}

std::string encode(const SqlParameter::Value& value) {
    struct Encoder {
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(bool truth) const { return truth ? "t" : "f"; }
        std::string operator()(std::int64_t integer) const { return std::to_string(integer); }
        std::string operator()(double real) const { return number(real); }
        std::string operator()(std::string_view text) const { return terminated(text); }
        std::string operator()(SqlParameter::Bytes bytes) const {
            return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        }
    };
    return std::visit(Encoder(), value);
}

}  // namespace

std::string terminated(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        throw sio::Error(errc::invalid_value, "PostgreSQL takes no text with a zero byte");
    return std::string(text);
}

Parameters::Parameters(std::span<const SqlParameter> parameters) {
    if (parameters.size() > max_parameters)
        throw sio::Error(errc::invalid_value, "a statement takes at most 65535 parameters");
    texts_.reserve(parameters.size());  // values_ points into it
    for (const SqlParameter& parameter : parameters) {
        const bool null = std::holds_alternative<std::monostate>(parameter.value());
        const bool binary = std::holds_alternative<SqlParameter::Bytes>(parameter.value());
        const std::string& text = texts_.emplace_back(encode(parameter.value()));
        if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
            throw sio::Error(errc::invalid_value, "a parameter of more than 2 GiB");
        values_.push_back(null ? nullptr : text.c_str());
        types_.push_back(binary ? bytea : 0);
        lengths_.push_back(static_cast<int>(text.size()));
        formats_.push_back(binary ? 1 : 0);
    }
}

}  // namespace sio::postgres
