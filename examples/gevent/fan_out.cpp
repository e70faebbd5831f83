// Three services are asked at once, and whoever has not answered in time is left out.

#include <sio/sio.hpp>

#include <sio/gevent.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// The services, which would be elsewhere: prices, stock, and reviews, which are slow today.
sio::Router services() {
    sio::Router app;
    app.get("/price", [](sio::Environ&) { return sio::Response(200, "42 EUR"); });
    app.get("/stock", [](sio::Environ&) { return sio::Response(200, "7 left"); });
    app.get("/reviews", [](sio::Environ&) {
        sio::sleep(10s);
        return sio::Response(200, "too late");
    });
    return app;
}

/// What each URL answers within `limit`; nothing for those that do not.
std::vector<std::optional<std::string>> ask_all(const std::vector<std::string>& urls, sio::Duration limit) {
    sio::HttpClient http;
    std::vector<sio::Greenlet<std::string>> calls;
    calls.reserve(urls.size());
    for (const std::string& url : urls) calls.push_back(sio::spawn([&] { return http.fetch(url).body; }));
    sio::joinall(calls, limit);
    std::vector<std::optional<std::string>> answers;
    answers.reserve(calls.size());
    for (const auto& call : calls) answers.push_back(call.successful() ? std::optional(call.get()) : std::nullopt);
    sio::killall(calls);  // they refer to `http`
    return answers;
}

}  // namespace

int main() {
    sio::SocketIOServer server({"127.0.0.1", 0}, services(), {.stop_timeout = 0ms});
    server.start();
    sio::run([&] {
        const std::string base = "http://127.0.0.1:" + std::to_string(server.port());
        for (const auto& answer : ask_all({base + "/price", base + "/stock", base + "/reviews"}, 1s)) {
            std::cout << answer.value_or("not now") << '\n';
        }
    });
    server.stop();
}
