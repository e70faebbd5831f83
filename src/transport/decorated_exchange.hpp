#pragma once

#include <utility>

#include <sio/exchange.hpp>

namespace sio::transport {

/// An exchange whose answer gets further header fields, whatever it turns out to be.
class DecoratedExchange final : public Exchange {
public:
    DecoratedExchange(ExchangePtr exchange, Headers fields) noexcept
        : exchange_(std::move(exchange)), fields_(std::move(fields)) {}

    HttpRequest& request() noexcept override { return exchange_->request(); }
    void respond(Response response) override {
        decorate(response);
        exchange_->respond(std::move(response));
    }
    std::unique_ptr<ByteLink> upgrade(Response response) override {
        decorate(response);
        return exchange_->upgrade(std::move(response));
    }
    std::unique_ptr<ByteLink> stream(Response response) override {
        decorate(response);
        return exchange_->stream(std::move(response));
    }
    void on_abandoned(std::function<void()> callback) override { exchange_->on_abandoned(std::move(callback)); }

private:
    void decorate(Response& response) const {
        for (const auto& [name, value] : fields_) response.headers.add(name, value);
    }

    ExchangePtr exchange_;
    Headers fields_;
};

/// `exchange` itself when there is nothing to add.
inline ExchangePtr decorate(ExchangePtr exchange, Headers fields) {
    if (fields.empty()) return exchange;
    return std::make_unique<DecoratedExchange>(std::move(exchange), std::move(fields));
}

}  // namespace sio::transport
