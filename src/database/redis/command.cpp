#include <sio/redis/command.hpp>

namespace sio::redis {

namespace {

void append_length(std::string& out, char type, std::size_t length) {
    char digits[24];
    out += type;
    out.append(digits, std::to_chars(digits, digits + sizeof digits, length).ptr);
    out += "\r\n";
}

}  // namespace

void Command::append(std::string_view argument) {
    append_length(body_, '$', argument.size());
    body_ += argument;
    body_ += "\r\n";
    ++count_;
}

std::string_view Command::argument(std::size_t index) const noexcept {
    std::string_view rest = body_;
    for (std::size_t i = 0; i < count_; ++i) {
        std::size_t size = 0;
        const char* const end = std::from_chars(rest.data() + 1, rest.data() + rest.size(), size).ptr;
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 2);
        if (i == index) return rest.substr(0, size);
        rest.remove_prefix(size + 2);
    }
    return {};
}

void Command::encode_to(std::string& out) const {
    append_length(out, '*', count_);
    out += body_;
}

}  // namespace sio::redis
