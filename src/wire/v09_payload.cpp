#include "wire/v09_payload.hpp"

#include <optional>

#include "util/ascii.hpp"
#include "util/decimal.hpp"
#include "util/utf8.hpp"

namespace sio::wire::v09 {
namespace {

constexpr std::string_view mark = "\xef\xbf\xbd";  // U+FFFD
// Digits of a length: bodies are far smaller than what nine of them say.
constexpr std::size_t max_digits = 9;

}  // namespace

std::string_view error_text(PayloadError error) noexcept {
    switch (error) {
        case PayloadError::none: return "no error";
        case PayloadError::empty: return "an empty payload";
        case PayloadError::bad_frame: return "a packet without its frame";
        case PayloadError::bad_length: return "a wrong length";
        case PayloadError::too_many_packets: return "too many packets";
    }
    return "unknown error";
}

PayloadDecoder::PayloadDecoder(std::string_view payload, std::size_t max_packets) noexcept
    : rest_(payload), left_(max_packets), framed_(payload.starts_with(mark)) {
    if (payload.empty()) fail(PayloadError::empty);
}

bool PayloadDecoder::fail(PayloadError error) noexcept {
    error_ = error;
    done_ = true;
    return false;
}

bool PayloadDecoder::next() noexcept {
    if (done_) return false;
    if (rest_.empty()) {
        done_ = true;
        return false;
    }
    if (left_-- == 0) return fail(PayloadError::too_many_packets);
    if (!framed_) {
        packet_ = rest_;
        rest_ = {};
        return true;
    }
    if (!rest_.starts_with(mark)) return fail(PayloadError::bad_frame);
    rest_.remove_prefix(mark.size());
    std::size_t digits = 0;
    while (digits < rest_.size() && util::ascii_digit(rest_[digits])) ++digits;
    if (digits == 0 || digits > max_digits || !rest_.substr(digits).starts_with(mark)) {
        return fail(PayloadError::bad_frame);
    }
    const auto units = util::parse_decimal(rest_.substr(0, digits));
    rest_.remove_prefix(digits + mark.size());
    const auto packet = util::take_utf16_units(rest_, units.value_or(0));
    if (!packet) return fail(PayloadError::bad_length);
    packet_ = *packet;
    return true;
}

void PayloadEncoder::append_frame(std::string& out, std::string_view packet) {
    out += mark;
    util::append_decimal(out, util::utf16_length(packet));
    out += mark;
    out += packet;
}

void PayloadEncoder::add(std::string_view packet) {
    if (++count_ == 1) {
        out_ = packet;
        return;
    }
    if (count_ == 2) {
        const std::string first = std::move(out_);
        out_.clear();
        append_frame(out_, first);
    }
    append_frame(out_, packet);
}

}  // namespace sio::wire::v09
