#include <sio/json_writer.hpp>

#include <utility>

#include <sio/detail/stack_left.hpp>
#include <sio/error.hpp>

#include "wire/json_text.hpp"

namespace sio {

namespace {

// Values that contain others of their kind are written as deep as they are.
void require_stack() {
    if (!detail::stack_is_short()) return;
    throw Error(errc::limit_exceeded, "sio: a value is nested too deeply for what is left of the stack");
}

}  // namespace

// What was written last tells whether a comma is due: nothing else needs to be remembered.
void JsonWriter::separate() {
    if (out_->size() == start_) return;
    switch (out_->back()) {
        case '[':
        case '{':
        case ':':
        case ',': return;
        default: *out_ += ',';
    }
}

void JsonWriter::null() {
    separate();
    *out_ += "null";
}

void JsonWriter::boolean(bool value) {
    separate();
    *out_ += value ? "true" : "false";
}

void JsonWriter::integer(std::int64_t value) {
    separate();
    wire::append_json_number(*out_, value);
}

void JsonWriter::integer(std::uint64_t value) {
    separate();
    wire::append_json_number(*out_, value);
}

void JsonWriter::number(double value) {
    separate();
    wire::append_json_number(*out_, value);
}

void JsonWriter::string(std::string_view value) {
    separate();
    wire::append_json_string(*out_, value);
}

void JsonWriter::binary(Binary value) {
    if (!attachments_) throw Error(errc::unsupported, "sio: binary data has no place in this JSON text");
    separate();
    *out_ += R"({"_placeholder":true,"num":)";
    wire::append_json_number(*out_, static_cast<std::uint64_t>(attachments_->size()));
    *out_ += '}';
    attachments_->push_back(std::move(value));
}

void JsonWriter::begin_array() {
    require_stack();
    separate();
    *out_ += '[';
}

void JsonWriter::end_array() { *out_ += ']'; }

void JsonWriter::begin_object() {
    require_stack();
    separate();
    *out_ += '{';
}

void JsonWriter::key(std::string_view name) {
    separate();
    wire::append_json_string(*out_, name);
    *out_ += ':';
}

void JsonWriter::end_object() { *out_ += '}'; }

void JsonWriter::raw(std::string_view json) {
    if (json.empty()) return;
    separate();
    *out_ += json;
}

}  // namespace sio
