#include "dispatch/json_check.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <sio/detail/stack_left.hpp>
#include <sio/json_reader.hpp>

#include "wire/json_text.hpp"

namespace sio::dispatch {
namespace {

using boost::json::string_view;
using boost::system::error_code;

// Takes what the parser finds and keeps nothing.
struct Ignore {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) { return true; }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(string_view, std::size_t, error_code&) { return true; }
    bool on_key(string_view, std::size_t, error_code&) { return true; }
    bool on_string_part(string_view, std::size_t, error_code&) { return true; }
    bool on_string(string_view, std::size_t, error_code&) { return true; }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t, string_view, error_code&) { return true; }
    bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
    bool on_double(double, string_view, error_code&) { return true; }
    bool on_bool(bool, error_code&) { return true; }
    bool on_null(error_code&) { return true; }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }
};

// Of the stack, in a build without optimisation.
constexpr std::size_t check_bytes_per_level = 512;

// Its constructor allocates nothing, and a whole text in one call needs no saved state.
class Checker {
public:
    bool check(std::string_view text, std::size_t max_depth) {
        boost::json::parse_options options;
        options.max_depth = detail::levels_that_fit(check_bytes_per_level, max_depth);
        boost::json::basic_parser<Ignore> parser(options);
        error_code error;
        const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
        return !error && used == text.size();
    }
};

bool placeholder_is_valid(JsonReader& reader) {
    switch (reader.kind()) {
        case JsonKind::array:
            if (!reader.enter_array()) return false;
            while (reader.next_element()) {
                if (!placeholder_is_valid(reader)) return false;
            }
            return true;
        case JsonKind::object: {
            // Not one that the reader takes for an attachment: then nothing in it may say that it is.
            if (!reader.enter_object()) return false;
            for (std::string_view key; reader.next_member(key);) {
                if (key == "_placeholder") {
                    bool marked = false;
                    if (reader.kind() == JsonKind::boolean && reader.read_boolean(marked)) {
                        if (marked) return false;
                        continue;
                    }
                }
                if (!placeholder_is_valid(reader)) return false;
            }
            return true;
        }
        default: return reader.skip();
    }
}

}  // namespace

bool is_json(std::string_view text, std::size_t max_depth) { return Checker().check(text, max_depth); }

bool ArgumentCheck::check(std::string_view array, std::string_view data, std::size_t max_depth) {
    data_ = data;
    if (array.empty()) {
        // Of a packet that had to wait only the arguments were kept.
        whole_.assign(1, '[');
        whole_ += data;
        whole_ += ']';
        array = whole_;
    }
    // The arguments are one level down.
    if (is_json(array, max_depth + 1)) return true;
    if (array.find("\\u") == std::string_view::npos) return false;
    mended_.clear();
    if (!wire::append_json_with_whole_surrogates(mended_, array) || !is_json(mended_, max_depth + 1)) return false;
    mended_.clear();
    wire::append_json_with_whole_surrogates(mended_, data);
    data_ = mended_;
    return true;
}

bool placeholders_are_valid(std::string_view data, std::span<const Binary> attachments) {
    JsonReader reader(data, attachments);
    while (reader.next_argument()) {
        if (!placeholder_is_valid(reader)) return false;
    }
    return true;
}

}  // namespace sio::dispatch
