// The helpers of src/util that read what peers send: UTF-8, base64, percent encoding, queries; and the WebSocket
// handshake's fields.

#include <string>

#include "check.hpp"
#include "util/base64.hpp"
#include "util/percent.hpp"
#include "util/query.hpp"
#include "util/utf8.hpp"
#include "wire/ws_handshake.hpp"

namespace {

using namespace sio::util;

// `text` is UTF-8. Encoded once more, it is told from text that was not.
void check_encoded_twice(std::string_view text) {
    std::string twice;
    bool ascii = true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        ascii = ascii && byte < 0x80;
        append_utf8(twice, byte);
    }
    std::string once;
    FUZZ_CHECK(append_once_encoded(once, twice) == !ascii);
    FUZZ_CHECK(once == (ascii ? "" : text));
    once.clear();
    if (!append_once_encoded(once, text)) FUZZ_CHECK(once.empty());
}

void check_utf8(std::string_view text, std::size_t cut) {
    // Character by character, all at once, and in two pieces: one answer.
    bool valid = true;
    std::size_t units = 0;
    std::string again;
    for (std::string_view rest = text; !rest.empty() && valid;) {
        const Utf8Char first = first_utf8_char(rest);
        valid = first.size != 0;
        rest.remove_prefix(first.size);
        units += first.code_point >= 0x10000 ? 2 : 1;
        append_utf8(again, first.code_point);
    }
    FUZZ_CHECK(utf8_valid(text) == valid);
    Utf8Validator validator;
    cut = std::min(cut, text.size());
    const bool fed = validator.feed(text.substr(0, cut)) && validator.feed(text.substr(cut));
    FUZZ_CHECK((fed && validator.complete()) == valid);
    if (!valid) return;
    FUZZ_CHECK(again == text);
    check_encoded_twice(text);
    FUZZ_CHECK(utf16_length(text) == units);
}

void check_base64(std::string_view text) {
    FUZZ_CHECK(base64_decode(base64_encode(text)) == text);
    if (const auto bytes = base64_decode(text)) FUZZ_CHECK(base64_encode(*bytes) == text);
}

void check_percent(std::string_view text) {
    FUZZ_CHECK(percent_decode(percent_encode(text)) == text);
    std::string form;
    append_form_decoded(form, percent_encode(text));
    FUZZ_CHECK(form == text);
    form.clear();
    append_form_decoded(form, text);
    const auto decoded = percent_decode(text);
    if (decoded && text.find('+') == std::string_view::npos) FUZZ_CHECK(form == *decoded);
}

void check_query(std::string_view text) {
    QueryReader pairs(text, 8);
    std::size_t count = 0;
    std::string first_key;
    std::string first_value;
    while (pairs.next()) {
        if (count == 0) {
            first_key = pairs.key();
            first_value = pairs.value();
        }
        ++count;
    }
    FUZZ_CHECK(count <= 8);
    if (count > 0) FUZZ_CHECK(query_value(text, first_key) == first_value);
}

void check_upgrade_request(std::string_view text) {
    sio::wire::WsUpgradeRequest request{.method = "GET", .host = "h", .sec_websocket_version = "13"};
    request.upgrade = text;
    request.connection = text;
    request.sec_websocket_key = text;
    FUZZ_CHECK(sio::wire::check_upgrade(request) != sio::wire::WsUpgradeError::none);
    request.upgrade = "websocket";
    request.connection = "Upgrade";
    if (sio::wire::check_upgrade(request) == sio::wire::WsUpgradeError::none) {
        FUZZ_CHECK(sio::wire::websocket_accept(text).size() == 28);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sio::fuzz::Input input(data, size);
    const std::size_t cut = input.byte();
    const std::string_view text = input.rest();
    check_utf8(text, cut);
    check_base64(text);
    check_percent(text);
    check_query(text);
    check_upgrade_request(text);
    return 0;
}
