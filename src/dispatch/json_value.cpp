// The parts of the JSON conversion that deal with documents: the only ones that use Boost.JSON's values.

#include <sio/args.hpp>
#include <sio/json.hpp>

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include <sio/detail/stack_left.hpp>
#include <sio/error.hpp>

namespace sio {
namespace {

// Received text has been checked against a limit of its own.
constexpr std::size_t max_depth = 1024;
// What Boost's parser needs, and then who copies, compares and destroys the document (bench_stack_use).
constexpr std::size_t stack_bytes_per_level = 256;

boost::json::value parse(std::string_view text, boost::system::error_code& error) {
    boost::json::parse_options options;
    options.max_depth = detail::levels_that_fit(stack_bytes_per_level, max_depth);
    return boost::json::parse(text, error, {}, options);
}

boost::json::value parse(std::string_view text) {
    boost::system::error_code error;
    auto value = parse(text, error);
    if (error) throw Error(errc::invalid_value, "sio: not a JSON text: " + error.message());
    return value;
}

bool read_document(JsonReader& reader, boost::json::value& value) {
    std::string_view text;
    if (!reader.read_raw(text)) return false;
    boost::system::error_code error;
    value = parse(text, error);
    return !error || reader.fail("not a JSON text");
}

}  // namespace

void json_write(JsonWriter& writer, const boost::json::value& value) {
    // Not boost::json::serialize(): it prints NaN and 1.5E0.
    switch (value.kind()) {
        case boost::json::kind::null: return writer.null();
        case boost::json::kind::bool_: return writer.boolean(value.get_bool());
        case boost::json::kind::int64: return writer.integer(value.get_int64());
        case boost::json::kind::uint64: return writer.integer(value.get_uint64());
        case boost::json::kind::double_: return writer.number(value.get_double());
        case boost::json::kind::string: return writer.string(value.get_string());
        case boost::json::kind::array: return json_write(writer, value.get_array());
        case boost::json::kind::object: return json_write(writer, value.get_object());
    }
}

void json_write(JsonWriter& writer, const boost::json::object& value) {
    writer.begin_object();
    for (const auto& member : value) {
        writer.key(member.key());
        json_write(writer, member.value());
    }
    writer.end_object();
}

void json_write(JsonWriter& writer, const boost::json::array& value) {
    writer.begin_array();
    for (const auto& element : value) json_write(writer, element);
    writer.end_array();
}

bool json_read(JsonReader& reader, boost::json::value& value) { return read_document(reader, value); }

bool json_read(JsonReader& reader, boost::json::object& value) {
    if (reader.kind() != JsonKind::object) return reader.expected("an object");
    boost::json::value document;
    if (!read_document(reader, document)) return false;
    value = std::move(document.get_object());
    return true;
}

bool json_read(JsonReader& reader, boost::json::array& value) {
    if (reader.kind() != JsonKind::array) return reader.expected("an array");
    boost::json::value document;
    if (!read_document(reader, document)) return false;
    value = std::move(document.get_array());
    return true;
}

Json Args::operator[](std::size_t index) const {
    JsonReader reader(text_, attachments_);
    std::string_view text;
    if (!seek(reader, index) || !reader.read_raw(text)) {
        throw std::out_of_range("sio: there is no argument " + std::to_string(index + 1));
    }
    return parse(text);
}

}  // namespace sio
