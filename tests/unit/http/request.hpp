#pragma once

#include <string>
#include <utility>

#include <sio/app.hpp>

namespace test {

/// The environ of a request, for tests.
inline sio::Environ request(std::string method, std::string target, sio::Headers headers = {}, std::string body = {}) {
    sio::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = std::move(headers);
    if (!request.headers.contains("Host")) request.headers.add("Host", "example.org");
    request.body = std::move(body);
    request.remote_address = "192.0.2.7";
    request.remote_port = 40000;
    request.local_address = "192.0.2.1";
    request.local_port = 80;
    return sio::Environ(std::move(request));
}

inline sio::Response get(const sio::App& app, std::string target, sio::Headers headers = {}) {
    auto environ = request("GET", std::move(target), std::move(headers));
    return app(environ);
}

}  // namespace test
