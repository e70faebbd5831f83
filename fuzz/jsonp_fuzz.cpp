// JSONP: forms decode to something no longer than themselves; payloads come back out of their script; indices are digits.

#include <string>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/json_text.hpp"
#include "wire/jsonp.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = sio::fuzz::text_of(data, size);
    if (const auto payload = sio::wire::decode_jsonp_form(text)) FUZZ_CHECK(payload->size() <= text.size());
    if (sio::wire::is_jsonp_index(text)) {
        FUZZ_CHECK(!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos);
    }
    std::string script;
    sio::wire::append_jsonp(script, "___eio", "0", text);
    FUZZ_CHECK(script.starts_with("___eio[0](") && script.ends_with(");"));
    const auto literal = sio::wire::scan_json_string(std::string_view(script).substr(10));
    FUZZ_CHECK(literal && literal->rest == ");");
    std::string read;
    FUZZ_CHECK(sio::wire::append_json_unescaped(read, literal->raw));
    if (sio::util::utf8_valid(text)) FUZZ_CHECK(read == text);
    return 0;
}
