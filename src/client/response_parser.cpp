#include "client/response_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdint>
#include <system_error>

#include <sio/error.hpp>

#include "http/last_chunk.hpp"

namespace sio::client {

namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// Of the head; of a chunk's line with its extensions; of the trailer.
constexpr std::uint32_t max_head_bytes = 64 * 1024;
/// Of all lines between chunks, for each byte of the body. A chunk of one byte has a line of three, and two more behind it.
constexpr std::size_t max_framing_per_byte = 16;
/// Interim answers before the one that was asked for.
constexpr int max_interim = 32;

[[noreturn]] void fail(const error_code& error) {
    if (error == beast_http::error::body_limit || error == beast_http::error::header_limit ||
        error == beast_http::error::buffer_overflow) {
        throw Error(errc::limit_exceeded, "receive an answer: " + error.message());
    }
    if (error == beast_http::error::partial_message || error == beast_http::error::end_of_stream) {
        throw Error(errc::connection_closed, "receive an answer: the server closed the connection");
    }
    throw std::system_error(error, "receive an answer");
}

std::string_view view(string_view text) noexcept { return {text.data(), text.size()}; }

}  // namespace

class ResponseParser::Impl final : public beast_http::basic_parser<false> {
public:
    Impl(bool head_only, std::size_t max_body_bytes) {
        header_limit(max_head_bytes);
        body_limit(max_body_bytes);
        eager(true);
        skip(head_only);
    }

    std::size_t feed(std::string_view data) {
        if (is_header_done() && chunked() && http::must_wait_for_last_chunk(data)) return 0;
        error_code error;
        const bool in_chunks = is_header_done() && chunked();
        const std::size_t read = put(boost::asio::const_buffer(data.data(), data.size()), error);
        if (error && error != beast_http::error::need_more) fail(error);
        if (in_chunks) {
            // Nobody keeps it, but a server is not to send for ever what counts for nothing.
            chunked_bytes_ += read;
            const std::size_t framing = chunked_bytes_ - std::min(chunked_bytes_, response.body.size());
            if (framing > max_head_bytes + max_framing_per_byte * response.body.size()) {
                throw Error(errc::limit_exceeded, "receive an answer: too much between the chunks");
            }
        }
        // Lines between chunks, and trailers, are kept by nobody, but have to be there whole.
        if (!is_done() && data.size() - read > max_head_bytes) {
            throw Error(errc::limit_exceeded, "receive an answer: a chunk's line is too long");
        }
        return read;
    }

    void feed_end() {
        error_code error;
        if (got_some()) {
            put_eof(error);
        } else {
            error = beast_http::error::end_of_stream;
        }
        if (error) fail(error);
    }

    FetchResponse response;

private:
    void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int status, string_view, int, error_code&) override { response.status = status; }
    void on_field_impl(beast_http::field, string_view name, string_view value, error_code&) override {
        if (!in_body_) response.headers.add(view(name), view(value));
    }
    void on_header_impl(error_code&) override { in_body_ = true; }  // fields from now on are trailers: dropped
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override {
        response.body.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
        return on_body_impl(body, error);
    }
    void on_finish_impl(error_code&) override {}

    bool in_body_ = false;
    std::size_t chunked_bytes_ = 0;
};

ResponseParser::ResponseParser(bool head_only, std::size_t max_body_bytes)
    : head_only_(head_only), max_body_bytes_(max_body_bytes) {
    begin();
}

ResponseParser::~ResponseParser() = default;

void ResponseParser::begin() { impl_ = std::make_unique<Impl>(head_only_, max_body_bytes_); }

std::size_t ResponseParser::feed(std::string_view data) {
    std::size_t read = 0;
    while (!done() && read < data.size()) {
        const std::size_t step = impl_->feed(data.substr(read));
        read += step;
        // An interim answer: the one that was asked for comes later (RFC 9110, 15.2).
        const int status = impl_->response.status;
        if (impl_->is_done() && status < 200 && status != 101) {
            if (++interim_ > max_interim) throw Error(errc::limit_exceeded, "receive an answer: too many interim ones");
            begin();
        } else if (step == 0) {
            break;
        }
    }
    return read;
}

void ResponseParser::feed_end() { impl_->feed_end(); }
bool ResponseParser::head_done() const noexcept { return impl_->is_header_done(); }
bool ResponseParser::done() const noexcept { return impl_->is_done(); }
bool ResponseParser::keep_alive() const noexcept { return impl_->keep_alive(); }
FetchResponse& ResponseParser::response() noexcept { return impl_->response; }

}  // namespace sio::client
