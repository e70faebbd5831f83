#include "database/redis/reply_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <sio/detail/stack_left.hpp>
#include <sio/error.hpp>

#include "util/printable.hpp"

namespace sio::redis {

namespace {

// Of a status, an error, a number or a length, with its type. Redis's own are far shorter.
constexpr std::size_t max_line_bytes = 64 * 1024;
// Elements for which room is made before they have come.
constexpr std::size_t max_reserved = 64;
// Who copies, shows or destroys a reply follows what is nested in it.
constexpr std::size_t stack_bytes_per_level = 512;
constexpr std::size_t verbatim_prefix = 4;  // "txt:"

[[noreturn]] void malformed(const std::string& what) {
    throw sio::Error(errc::invalid_value, "Redis: the server sent no RESP: " + what);
}

[[noreturn]] void too_much(const char* what) {
    throw sio::Error(errc::limit_exceeded, std::string("Redis: the answer is beyond ReplyLimits::") + what);
}

std::string in_quotes(std::string_view line) { return '"' + util::printable(line.substr(0, 40)) + '"'; }

bool is_digits(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool ReplyParser::feed(std::string_view& input) {
    while (!input.empty()) {
        bool complete = false;
        switch (state_) {
            case State::line: complete = read_line(input); break;
            case State::bulk: complete = read_bulk(input); break;
            case State::bulk_end: complete = read_bulk_end(input); break;
        }
        if (complete) return true;
    }
    // An empty bulk string needs no bytes of its own, but its end does: nothing is complete without input.
    return false;
}

bool ReplyParser::read_line(std::string_view& input) {
    const std::size_t end = input.find('\n');
    const std::size_t taken = end == std::string_view::npos ? input.size() : end + 1;
    if (text_.size() + taken > max_line_bytes) malformed("a line that does not end");
    text_ += input.substr(0, taken);
    input.remove_prefix(taken);
    count(taken);
    if (end == std::string_view::npos) return false;
    if (!text_.ends_with("\r\n")) malformed(in_quotes(text_));
    text_.resize(text_.size() - 2);
    if (text_.find('\r') != std::string::npos) malformed(in_quotes(text_));
    return begin_value();
}

bool ReplyParser::read_bulk(std::string_view& input) {
    const std::size_t taken = std::min(bulk_left_, input.size());
    text_ += input.substr(0, taken);
    input.remove_prefix(taken);
    bulk_left_ -= taken;
    if (bulk_left_ == 0) {
        state_ = State::bulk_end;
        bulk_left_ = 2;
    }
    return false;
}

bool ReplyParser::read_bulk_end(std::string_view& input) {
    if (input.front() != (bulk_left_ == 2 ? '\r' : '\n')) malformed("a string longer than it was said to be");
    input.remove_prefix(1);
    if (--bulk_left_ > 0) return false;
    state_ = State::line;
    return finish_bulk();
}

// text_ is a whole line without its end: a value, or what announces one.
bool ReplyParser::begin_value() {
    if (text_.empty()) malformed("an empty line");
    const char type = text_.front();
    if (type == '>' && !frames_.empty()) malformed("a push message within a value");
    text_.erase(0, 1);
    switch (type) {
        case '+': return complete(Value(Value::Kind::simple_string, std::exchange(text_, {})));
        case '-': return complete(Value(Value::Kind::error, std::exchange(text_, {})));
        case ':': return complete(number());
        case ',': return complete(real());
        case '(': return complete(big_number());
        case '#':
            if (text_ != "t" && text_ != "f") malformed("the boolean " + in_quotes(text_));
            return complete(Value(text_ == "t"));
        case '_':
            if (!text_.empty()) malformed("the null " + in_quotes(text_));
            return complete(Value());
        case '$':
        case '!':
        case '=': return begin_bulk(type);
        case '*': return begin_aggregate(Value::Kind::array, false, 1);
        case '~': return begin_aggregate(Value::Kind::set, false, 1);
        case '>': return begin_aggregate(Value::Kind::push, false, 1);
        case '%': return begin_aggregate(Value::Kind::map, false, 2);
        case '|': return begin_aggregate(Value::Kind::map, true, 2);
        default: malformed("the type " + in_quotes(std::string_view(&type, 1)));
    }
}

bool ReplyParser::begin_bulk(char type) {
    if (type == '$' && text_ == "-1") return complete(Value());
    const auto announced = static_cast<std::size_t>(length());
    if (type == '=' && announced < verbatim_prefix) malformed("a verbatim string without a format");
    count(announced);
    bulk_type_ = type;
    bulk_left_ = announced == 0 ? 2 : announced;
    state_ = announced == 0 ? State::bulk_end : State::bulk;
    text_.clear();
    return false;
}

bool ReplyParser::begin_aggregate(Value::Kind kind, bool attribute, std::size_t values_per_element) {
    if (kind == Value::Kind::array && text_ == "-1") return complete(Value());
    const auto announced = static_cast<std::size_t>(length());
    if (kind == Value::Kind::push && announced == 0) malformed("an empty push message");
    if (announced > (limits_.max_elements - elements_) / values_per_element) too_much("max_elements");
    const std::size_t values = announced * values_per_element;
    elements_ += values;
    text_.clear();
    if (values == 0) return attribute ? false : complete(Value(kind, Value::Items()));
    if (frames_.size() >= sio::detail::levels_that_fit(stack_bytes_per_level, limits_.max_depth)) too_much("max_depth");
    frames_.push_back({kind, attribute, values, {}});
    frames_.back().items.reserve(std::min(values, max_reserved));
    return false;
}

bool ReplyParser::finish_bulk() {
    Value::Kind kind = Value::Kind::bulk_string;
    if (bulk_type_ == '!') kind = Value::Kind::error;
    if (bulk_type_ == '=') {
        if (text_[verbatim_prefix - 1] != ':') malformed("a verbatim string without a format");
        text_.erase(0, verbatim_prefix);
        kind = Value::Kind::verbatim_string;
    }
    return complete(Value(kind, std::exchange(text_, {})));
}

// A value goes into the aggregate round it, which it may complete, and so on.
bool ReplyParser::complete(Value value) {
    text_.clear();
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        frame.items.push_back(std::move(value));
        if (--frame.left > 0) return false;
        const bool attribute = frame.attribute;
        value = Value(frame.kind, std::move(frame.items));
        frames_.pop_back();
        if (attribute) return false;  // what it belongs to comes next
    }
    value_ = std::move(value);
    bytes_ = 0;
    elements_ = 0;
    return true;
}

Value ReplyParser::number() const {
    std::string_view digits = text_;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool two_signs = digits.size() < text_.size() && digits.starts_with('-');
    if (error != std::errc() || end != digits.data() + digits.size() || two_signs) {
        malformed("the integer " + in_quotes(text_));
    }
    return Value(value);
}

Value ReplyParser::big_number() const {
    std::string_view digits = text_;
    if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
    if (!is_digits(digits)) malformed("the big number " + in_quotes(text_));
    return Value(Value::Kind::big_number, text_);
}

Value ReplyParser::real() const {
    std::string_view digits = text_;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    // "nan(...)" and "infinity" would be numbers for from_chars.
    const bool named = digits == "inf" || digits == "-inf" || digits == "nan" || digits == "-nan";
    const bool plain = digits.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool two_signs = digits.size() < text_.size() && digits.starts_with('-');
    if (!(named || plain) || error != std::errc() || end != digits.data() + digits.size() || two_signs) {
        malformed("the double " + in_quotes(text_));
    }
    return Value(value);
}

std::int64_t ReplyParser::length() const {
    if (text_ == "?") malformed("a streamed value");
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (!is_digits(text_) || error != std::errc() || end != text_.data() + text_.size()) {
        malformed("the length " + in_quotes(text_));
    }
    return value;
}

void ReplyParser::count(std::size_t bytes) {
    if (bytes > limits_.max_bytes - bytes_) too_much("max_bytes");
    bytes_ += bytes;
}

}  // namespace sio::redis
