#include "wire/ws_deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

#include "util/ascii.hpp"
#include "util/saturate_cast.hpp"

namespace sio::wire {
namespace {

constexpr std::string_view extension_name = "permessage-deflate";
/// What every sync flush of deflate ends with; left out on the wire.
constexpr std::string_view tail("\x00\x00\xff\xff", 4);
constexpr std::size_t least_room = 4096;

/// Cuts the part before `separator` off, which may stand in a quoted string as well.
std::string_view take_part(std::string_view& list, char separator) {
    bool quoted = false;
    std::size_t at = 0;
    for (; at < list.size(); ++at) {
        if (quoted && list[at] == '\\') {
            ++at;
        } else if (list[at] == '"') {
            quoted = !quoted;
        } else if (list[at] == separator && !quoted) {
            break;
        }
    }
    const auto part = list.substr(0, at);
    list.remove_prefix(std::min(at + 1, list.size()));
    return util::trim_ows(part);
}

/// A window of 8 to 15 bits, or 0 for anything else. Without leading zeros, as RFC 7692 has it.
int window_bits(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (value == "8" || value == "9") return value.front() - '0';
    if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') return 10 + (value[1] - '0');
    return 0;
}

/// One offer, without the name of the extension.
std::optional<WsDeflateParams> read_offer(std::string_view parameters) {
    WsDeflateParams params;
    std::array<bool, 4> seen{};
    while (!parameters.empty()) {
        std::string_view value = take_part(parameters, ';');
        const bool has_value = value.find('=') != value.npos;
        const std::string_view name = take_part(value, '=');
        const auto once = [&](std::size_t index) { return !std::exchange(seen[index], true); };
        if (util::ascii_iequals(name, "server_no_context_takeover") && !has_value && once(0)) {
            params.server_no_context_takeover = true;
        } else if (util::ascii_iequals(name, "client_no_context_takeover") && !has_value && once(1)) {
            params.client_no_context_takeover = true;
        } else if (util::ascii_iequals(name, "server_max_window_bits") && once(2)) {
            params.server_window_bits = window_bits(value);
            params.names_server_window = true;
            // zlib has no window of 8 bits for streams without a header.
            if (params.server_window_bits < 9) return {};
        } else if (util::ascii_iequals(name, "client_max_window_bits") && once(3)) {
            // Whatever window the client has, 15 bits read it.
            if (has_value && window_bits(value) == 0) return {};
        } else {
            return {};
        }
    }
    return params;
}

void check(int status) {
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
}

}  // namespace

std::optional<WsDeflateParams> accept_deflate_offer(std::string_view extensions) {
    while (!extensions.empty()) {
        std::string_view offer = take_part(extensions, ',');
        if (!util::ascii_iequals(take_part(offer, ';'), extension_name)) continue;
        if (const auto params = read_offer(offer)) return params;
    }
    return {};
}

std::string describe_deflate(const WsDeflateParams& params) {
    std::string text(extension_name);
    if (params.server_no_context_takeover) text += "; server_no_context_takeover";
    if (params.client_no_context_takeover) text += "; client_no_context_takeover";
    if (params.names_server_window) text += "; server_max_window_bits=" + std::to_string(params.server_window_bits);
    return text;
}

void WsDeflater::End::operator()(z_stream* stream) const noexcept {
    deflateEnd(stream);
    delete stream;
}

WsDeflater::WsDeflater(int window_bits, int level, bool keeps_context)
    : stream_(new z_stream{}), keeps_context_(keeps_context) {
    constexpr int memory_level = 8;  // zlib's default
    check(deflateInit2(stream_.get(), level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY));
}

WsDeflater::~WsDeflater() = default;
WsDeflater::WsDeflater(WsDeflater&&) noexcept = default;
WsDeflater& WsDeflater::operator=(WsDeflater&&) noexcept = default;

void WsDeflater::deflate(std::string_view message, std::string& out) {
    if (message.empty()) {
        out += '\0';  // RFC 7692, 7.2.3.6
        return;
    }
    z_stream& stream = *stream_;
    std::size_t end = out.size();
    do {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
        stream.avail_in = util::saturate_cast<unsigned>(message.size());
        message.remove_prefix(stream.avail_in);
        const int flush = message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH;
        do {
            out.resize(end + std::max<std::size_t>(least_room, stream.avail_in / 2));
            stream.next_out = reinterpret_cast<Bytef*>(out.data() + end);
            stream.avail_out = util::saturate_cast<unsigned>(out.size() - end);
            const unsigned room = stream.avail_out;
            ::deflate(&stream, flush);
            end += room - stream.avail_out;
        } while (stream.avail_out == 0);
    } while (!message.empty());
    out.resize(end - tail.size());
    if (!keeps_context_) deflateReset(&stream);
}

WsDeflater& thread_deflater(int window_bits, int level) {
    struct Made {
        int window_bits;
        int level;
        WsDeflater deflater;
    };
    thread_local std::vector<std::unique_ptr<Made>> all;
    for (const auto& made : all) {
        if (made->window_bits == window_bits && made->level == level) return made->deflater;
    }
    all.push_back(std::make_unique<Made>(Made{window_bits, level, WsDeflater(window_bits, level, false)}));
    return all.back()->deflater;
}

void append_ws_deflated_frame(std::string& out, WsOpcode opcode, std::string_view payload, WsDeflater& deflater) {
    std::string compressed;
    deflater.deflate(payload, compressed);
    append_ws_frame(out, opcode, compressed, {.fin = true, .rsv1 = true});
}

WsInflater& thread_inflater() {
    thread_local WsInflater inflater(false);
    return inflater;
}

void WsInflater::End::operator()(z_stream* stream) const noexcept {
    inflateEnd(stream);
    delete stream;
}

WsInflater::WsInflater(bool keeps_context) : stream_(new z_stream{}), keeps_context_(keeps_context) {
    check(inflateInit2(stream_.get(), -15));
}

WsInflater::~WsInflater() = default;
WsInflater::WsInflater(WsInflater&&) noexcept = default;
WsInflater& WsInflater::operator=(WsInflater&&) noexcept = default;

WsInflater::Result WsInflater::inflate(std::string_view compressed, std::size_t limit, std::string& out) {
    if (!keeps_context_) inflateReset(stream_.get());
    out.clear();
    std::size_t size = 0;
    Result result = inflate_part(compressed, limit, out, size);
    if (result == Result::ok) result = inflate_part(tail, limit, out, size);
    out.resize(size);
    return result;
}

WsInflater::Result WsInflater::inflate_part(std::string_view part, std::size_t limit, std::string& out,
                                            std::size_t& size) {
    z_stream& stream = *stream_;
    while (!part.empty()) {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
        stream.avail_in = util::saturate_cast<unsigned>(part.size());
        part.remove_prefix(stream.avail_in);
        do {
            // One byte beyond the limit shows that it is exceeded; the largest number is none.
            const std::size_t most = std::max(limit, limit + 1);
            if (size == out.size()) out.resize(std::min(most, std::max(least_room, 2 * size)));
            stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
            stream.avail_out = util::saturate_cast<unsigned>(out.size() - size);
            const unsigned room = stream.avail_out;
            const int status = ::inflate(&stream, Z_SYNC_FLUSH);
            size += room - stream.avail_out;
            if (size > limit) return Result::too_big;
            check(status);
            // A final block: the compressor goes on with a new stream (RFC 7692, 7.2.3.5).
            if (status == Z_STREAM_END) {
                inflateReset(&stream);
            } else if (status == Z_BUF_ERROR) {
                break;  // all that was there had been given out with the last byte of room
            } else if (status != Z_OK) {
                return Result::malformed;
            }
        } while (stream.avail_in != 0 || stream.avail_out == 0);
    }
    return Result::ok;
}

}  // namespace sio::wire
