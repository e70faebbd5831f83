// Strings for scripts: they end where they should, hold nothing that ends a literal or an element, and read back.

#include <string>

#include "check.hpp"
#include "util/utf8.hpp"
#include "wire/json_text.hpp"
#include "wire/script_string.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = sio::fuzz::text_of(data, size);
    std::string out = "(";
    sio::wire::append_script_string(out, text);
    const std::string_view literal = std::string_view(out).substr(1);
    FUZZ_CHECK(literal.find('<') == std::string_view::npos);
    FUZZ_CHECK(literal.find("\xe2\x80\xa8") == std::string_view::npos);
    FUZZ_CHECK(literal.find("\xe2\x80\xa9") == std::string_view::npos);
    FUZZ_CHECK(sio::util::utf8_valid(literal));
    const auto string = sio::wire::scan_json_string(literal);
    FUZZ_CHECK(string && string->rest.empty());
    std::string read;
    FUZZ_CHECK(sio::wire::append_json_unescaped(read, string->raw));
    if (sio::util::utf8_valid(text)) FUZZ_CHECK(read == text);
    return 0;
}
