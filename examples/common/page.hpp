#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http.hpp>

/// The host's own page, the same in all mounting examples.
inline boost::beast::http::response<boost::beast::http::string_body> host_page(
    const boost::beast::http::request<boost::beast::http::string_body>& request) {
    namespace http = boost::beast::http;
    const bool found = request.target() == "/";
    http::response<http::string_body> response(found ? http::status::ok : http::status::not_found, request.version());
    response.set(http::field::content_type, "text/html; charset=utf-8");
    response.keep_alive(request.keep_alive());
    response.body() = found ? "<!doctype html><title>Host</title><h1>The host's own page</h1>" : "Not found";
    response.prepare_payload();
    return response;
}
