#include "net/request_parser.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/last_chunk.hpp"
#include "net/request_rules.hpp"
#include "util/ascii.hpp"

namespace sio::net {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

namespace {

/// What is set aside for a body before it has arrived: a declared length alone must not cost memory.
constexpr std::size_t max_reserve = 64 * 1024;
/// Bytes of chunk sizes and extensions beyond what carries data, over a whole body. A body in chunks of one byte is fine,
/// megabytes of extensions are not (as Go's net/http bounds it, after CVE-2023-39326).
constexpr std::size_t max_chunk_excess = 16 * 1024;

std::string_view view(string_view text) noexcept { return {text.data(), text.size()}; }

RequestFault fault_of(const error_code& error) {
    if (error == beast_http::error::bad_version) return {505, "HTTP version not supported"};
    if (error == beast_http::error::bad_method) return {400, "bad method"};
    if (error == beast_http::error::bad_target) return {400, "bad request target"};
    if (error == beast_http::error::bad_field) return {400, "bad header field name"};
    if (error == beast_http::error::bad_value) return {400, "bad header field value"};
    if (error == beast_http::error::bad_line_ending) return {400, "bad line ending"};
    if (error == beast_http::error::bad_content_length || error == beast_http::error::multiple_content_length) {
        return {400, "bad Content-Length"};
    }
    if (error == beast_http::error::bad_transfer_encoding) return {400, "bad Transfer-Encoding"};
    if (error == beast_http::error::bad_chunk || error == beast_http::error::bad_chunk_extension)
        return {400, "bad chunk"};
    return {400, "malformed request"};
}

}  // namespace

class RequestParser::Impl final : public beast_http::basic_parser<true> {
public:
    explicit Impl(const HttpLimits& limits) : limits_(limits), max_body_bytes_(limits.max_body_bytes) {
        // Lengths are bounded here and by HeadScanner, where the status can fit the case.
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(boost::none);
        eager(true);
    }

    RequestFault parse_head(std::string_view head) {
        error_code error;
        in_head_ = true;
        put(boost::asio::const_buffer(head.data(), head.size()), error);
        in_head_ = false;
        // Rules first: where Beast merely says "bad value", they know better.
        if (error == beast_http::error::need_more) error = {};
        if (error) return fault_of(error);
        if (!is_header_done()) return {400, "malformed request"};
        if (const auto fault = apply_rules(request)) return fault;
        const auto expectation = request.headers.combined("Expect");
        if (request.version >= 11 && request.headers.contains("Expect")) {
            if (!util::ascii_iequals(expectation, "100-continue")) {
                return {417, "an expectation other than 100-continue"};
            }
            expects_continue = true;
        }
        return {};
    }

    RequestFault limit_body(std::size_t max_bytes) {
        max_body_bytes_ = max_bytes;
        const auto length = content_length();
        if (length.has_value() && *length > max_bytes) return {413, "the body is too large"};
        return {};
    }

    BodyStep parse_body(std::string_view data) {
        error_code error;
        BodyStep step;
        if (chunked() && http::must_wait_for_last_chunk(data)) return step;
        step.consumed = put(boost::asio::const_buffer(data.data(), data.size()), error);
        step.done = is_done();
        if (fault_) {
            step.fault = fault_;
        } else if (error && error != beast_http::error::need_more) {
            step.fault = fault_of(error);
        } else if (!step.done && chunked() &&
                   data.size() - step.consumed > unparsed_limit(data.substr(step.consumed))) {
            step.fault = {400, "a chunk's line is too long"};
        }
        return step;
    }

    HttpRequest request;
    bool expects_continue = false;

private:
    /// How much may be left over and wait for more: a chunk's line, or the trailer fields behind the last one.
    std::size_t unparsed_limit(std::string_view rest) const noexcept {
        // Beast leaves the line break that ends a chunk in front of the next line.
        const std::size_t line = rest.starts_with("\r\n") ? 2 : 0;
        const bool has_trailer = rest.find("\r\n", line) != rest.npos;
        return has_trailer ? limits_.max_head_bytes : limits_.max_chunk_line_bytes;
    }

    RequestFault refuse(RequestFault fault, error_code& error) {
        fault_ = fault;
        error = beast_http::error::body_limit;
        return fault;
    }

    bool append(std::string_view bytes, error_code& error) {
        if (bytes.size() > max_body_bytes_ - request.body.size()) {
            refuse({413, "the body is too large"}, error);
            return false;
        }
        request.body.append(bytes);
        return true;
    }

    void on_request_impl(beast_http::verb, string_view method, string_view target, int version, error_code&) override {
        request.method = view(method);
        request.target = view(target);
        request.version = version;
    }
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
        // Trailer fields come here too. They are dropped: none is defined to matter, and merging them into the head
        // would let a client smuggle fields past whoever checks the head.
        if (in_head_) request.headers.add(view(name), view(value));
    }
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        if (length.has_value()) {
            request.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, max_reserve)));
        }
    }
    std::size_t on_body_impl(string_view body, error_code& error) override {
        return append(view(body), error) ? body.size() : 0;
    }
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& error) override {
        if (extensions.size() > limits_.max_chunk_line_bytes) {
            refuse({400, "a chunk's line is too long"}, error);
            return;
        }
        const auto carried = std::min<std::uint64_t>(size, max_chunk_excess);
        excess_ = std::max<std::int64_t>(
            0, excess_ + static_cast<std::int64_t>(extensions.size()) - 16 - 2 * static_cast<std::int64_t>(carried));
        if (excess_ > static_cast<std::int64_t>(max_chunk_excess)) {
            refuse({400, "too many chunk extensions"}, error);
            return;
        }
        // Beyond the declared size nothing can shrink again: refuse before the bytes arrive.
        if (size > max_body_bytes_ - request.body.size()) refuse({413, "the body is too large"}, error);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return append(view(body), error) ? body.size() : 0;
    }
    void on_finish_impl(error_code&) override {}

    const HttpLimits& limits_;
    std::size_t max_body_bytes_;
    std::int64_t excess_ = 0;
    RequestFault fault_;
    bool in_head_ = false;
};

RequestParser::RequestParser(const HttpLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

RequestFault RequestParser::parse_head(std::string_view head) { return impl_->parse_head(head); }
RequestFault RequestParser::limit_body(std::size_t max_bytes) { return impl_->limit_body(max_bytes); }
RequestParser::BodyStep RequestParser::parse_body(std::string_view data) { return impl_->parse_body(data); }
bool RequestParser::done() const noexcept { return impl_->is_done(); }
bool RequestParser::keep_alive() const noexcept { return impl_->keep_alive(); }
bool RequestParser::expects_continue() const noexcept { return impl_->expects_continue; }
HttpRequest& RequestParser::request() noexcept { return impl_->request; }

}  // namespace sio::net
