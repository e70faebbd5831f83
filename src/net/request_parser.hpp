#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <sio/http_limits.hpp>
#include <sio/http_request.hpp>

#include "net/request_fault.hpp"

namespace sio::net {

/// One HTTP/1.x request from bytes: Beast's parser, with stricter rules (request_rules.hpp) and bounds, without I/O.
///
/// First parse_head() with the complete head, as HeadScanner found it; then parse_body() until it is done.
class RequestParser {
public:
    explicit RequestParser(const HttpLimits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes the whole head. When it returns no fault, request() has everything but the body.
    RequestFault parse_head(std::string_view head);
    /// The body's limit, before it arrives. A fault when its declared length is above.
    RequestFault limit_body(std::size_t max_bytes);
    struct BodyStep {
        std::size_t consumed = 0;
        bool done = false;
        RequestFault fault;
    };
    /// Takes as much of the body as `data` holds. What is not consumed has to come again, with more behind it.
    BodyStep parse_body(std::string_view data);

    /// Whether the request is complete.
    bool done() const noexcept;
    bool keep_alive() const noexcept;
    /// `Expect: 100-continue`; any other expectation is a fault of the head.
    bool expects_continue() const noexcept;
    HttpRequest& request() noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio::net
