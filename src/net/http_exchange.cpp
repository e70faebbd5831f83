#include "net/http_exchange.hpp"

#include <utility>

#include <sio/log.hpp>

#include "net/http_connection.hpp"

namespace sio::net {

HttpExchange::HttpExchange(HttpConnection& connection, HttpRequest&& request)
    : connection_(&connection), request_(std::move(request)) {}

HttpExchange::~HttpExchange() {
    if (!spent_) connection_->unanswered();
}

void HttpExchange::respond(Response response) {
    if (std::exchange(spent_, true)) {
        log(LogLevel::error, "http", "a request was answered twice; the second answer is dropped");
        return;
    }
    on_abandoned_ = nullptr;
    connection_->respond(std::move(response));
}

std::unique_ptr<ByteLink> HttpExchange::upgrade(Response response) {
    if (spent_) return nullptr;
    auto link = connection_->upgrade(response);
    if (link) {
        spent_ = true;
        on_abandoned_ = nullptr;
    }
    return link;
}

void HttpExchange::move_to(Shard& other) {
    if (std::exchange(spent_, true)) return;
    on_abandoned_ = nullptr;
    connection_->move_to(other, std::move(request_));
}

std::unique_ptr<ByteLink> HttpExchange::stream(Response response) {
    if (spent_) return nullptr;
    auto link = connection_->stream(response);
    if (link) {
        spent_ = true;
        on_abandoned_ = nullptr;
    }
    return link;
}

void HttpExchange::on_abandoned(std::function<void()> callback) {
    on_abandoned_ = std::move(callback);
    if (on_abandoned_ && !spent_ && connection_->client_left()) connection_->report_abandoned_later();
}

void HttpExchange::abandoned() {
    if (spent_) return;
    // Taken out first: the callback may destroy this exchange.
    if (const auto callback = std::exchange(on_abandoned_, nullptr)) callback();
}

}  // namespace sio::net
