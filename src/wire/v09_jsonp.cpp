#include "wire/v09_jsonp.hpp"

#include "util/decimal.hpp"
#include "util/query.hpp"
#include "wire/json_text.hpp"
#include "wire/jsonp.hpp"
#include "wire/script_string.hpp"

namespace sio::wire::v09 {
namespace {

constexpr std::size_t max_index_digits = 9;
// A form of the client has one field.
constexpr std::size_t max_fields = 16;

}  // namespace

std::optional<std::uint32_t> read_jsonp_index(std::string_view text) noexcept {
    if (text.size() > max_index_digits) return std::nullopt;
    const auto index = util::parse_decimal(text);
    if (!index) return std::nullopt;
    return static_cast<std::uint32_t>(*index);
}

void append_jsonp_call(std::string& out, std::uint32_t index, std::string_view text) {
    append_jsonp(out, "io.j", std::to_string(index), text);
}

void append_jsonp_error(std::string& out, std::uint32_t index, std::string_view message) {
    out += "io.j[";
    util::append_decimal(out, index);
    out += "](new Error(";
    append_script_string(out, message);
    out += "));";
}

std::optional<std::string> read_jsonp_form(std::string_view body) {
    util::QueryReader form(body, max_fields);
    while (form.next()) {
        if (form.key() != "d") continue;
        const auto string = scan_json_string(form.value());
        std::string payload;
        if (!string || !string->rest.empty() || !append_json_unescaped(payload, string->raw)) return std::nullopt;
        return payload;
    }
    return std::nullopt;
}

}  // namespace sio::wire::v09
