#include <sio/args.hpp>

#include <string>

#include <sio/error.hpp>

namespace sio {
namespace {

// Copies a value, and gives the attachments in it new numbers.
void copy_value(JsonReader& reader, JsonWriter& writer) {
    switch (reader.kind()) {
        case JsonKind::binary: {
            Binary value;
            reader.read_binary(value);
            writer.binary(std::move(value));
            return;
        }
        case JsonKind::array:
            writer.begin_array();  // throws where the reader would not enter it
            if (!reader.enter_array()) throw Error(errc::limit_exceeded, "sio: " + reader.reason());
            while (reader.next_element()) copy_value(reader, writer);
            writer.end_array();
            return;
        case JsonKind::object:
            writer.begin_object();
            if (!reader.enter_object()) throw Error(errc::limit_exceeded, "sio: " + reader.reason());
            for (std::string_view key; reader.next_member(key);) {
                writer.key(key);
                copy_value(reader, writer);
            }
            writer.end_object();
            return;
        default:
            if (std::string_view text; reader.read_raw(text)) writer.raw(text);
    }
}

}  // namespace

std::size_t Args::size() const noexcept {
    JsonReader reader(text_, attachments_);
    std::size_t count = 0;
    while (reader.next_argument() && reader.skip()) ++count;
    return count;
}

bool Args::seek(JsonReader& reader, std::size_t index) {
    while (reader.next_argument()) {
        if (index-- == 0) return true;
        if (!reader.skip()) return false;
    }
    return false;
}

Args Args::from(std::size_t index) const {
    Args result;
    JsonReader reader(text_, attachments_);
    if (!seek(reader, index)) return result;
    JsonWriter writer(result.text_, &result.attachments_, JsonWriter::Continue{});
    do copy_value(reader, writer);
    while (reader.next_argument());
    return result;
}

void Args::assign(std::string_view text, std::span<const Binary> attachments) {
    text_ = text;
    attachments_.assign(attachments.begin(), attachments.end());
}

namespace detail {

void write_args(JsonWriter& writer, const Args& args) {
    if (args.attachments().empty()) return writer.raw(args.text());
    std::vector<Binary>* const attachments = writer.attachments();
    if (!attachments) throw Error(errc::unsupported, "sio: binary data has no place in this JSON text");
    if (attachments->empty()) {
        *attachments = args.attachments();
        return writer.raw(args.text());
    }
    JsonReader reader(args.text(), args.attachments());
    while (reader.next_argument()) copy_value(reader, writer);
}

std::string describe_bad_argument(std::size_t index, const JsonReader& reader) {
    return "argument " + std::to_string(index + 1) + reader.path() + ": " + reader.reason();
}

void throw_bad_argument(std::size_t index, const JsonReader& reader) {
    throw Error(errc::invalid_value, describe_bad_argument(index, reader));
}

void throw_missing_argument(std::size_t index) {
    throw Error(errc::invalid_value, "argument " + std::to_string(index + 1) + " is missing");
}

void throw_extra_arguments(std::size_t expected) {
    throw Error(errc::invalid_value, "there are more than " + std::to_string(expected) + " arguments");
}

}  // namespace detail
}  // namespace sio
