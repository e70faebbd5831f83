#include "server/bridge.hpp"

#include <ctime>
#include <stdexcept>
#include <utility>

#include <sio/log.hpp>

#include "http/file_body.hpp"
#include "net/http_date.hpp"
#include "net/response_head.hpp"
#include "server/bridge_link.hpp"

namespace sio::server {

namespace {

/// The body of a response as one string: what a bridge writes has no other form.
std::string whole_body(Response& response) {
    if (response.writer) {
        struct Collector final : BodyWriter {
            void write(std::string_view bytes) override { body += bytes; }
            std::string body;
        } collector;
        response.writer(collector);
        return std::move(collector.body);
    }
    if (response.file) return http::read_file(*response.file);
    return std::move(response.body);
}

/// A request that another HTTP server has read, answered over its stream.
class BridgeExchange final : public Exchange {
public:
    BridgeExchange(greenlet::Loop& loop, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream,
                   HttpRequest request, bool keep_alive)
        : loop_(loop),
          loop_ref_(std::move(back)),
          stream_(std::move(stream)),
          request_(std::move(request)),
          framing_{.version = request_.version,
                   .head_request = request_.method == "HEAD",
                   .keep_alive = keep_alive,
                   .date = {}} {}

    ~BridgeExchange() override {
        if (!stream_) return;
        stream_->close();
        stream_->finish(false);
    }

    HttpRequest& request() noexcept override { return request_; }

    void respond(Response response) override {
        const auto stream = std::exchange(stream_, nullptr);
        if (!stream) return;
        *abandoned_ = nullptr;
        std::string body;
        try {
            body = whole_body(response);
            const auto fault = net::describe_fault(response.status, response.headers, false);
            if (!fault.empty()) throw std::runtime_error("unusable response: " + fault);
        } catch (const std::exception& error) {
            log(LogLevel::error, "http", error.what());
            response = Response(500);
            body.clear();
        }
        net::HttpDate date;
        framing_.date = date.at(std::time(nullptr));
        framing_.length = body.size();
        std::string text;
        net::append_response_head(text, response.status, response.headers, framing_);
        if (!framing_.head_request && net::status_has_body(response.status)) text += body;
        stream->write(std::move(text), [stream, keep_alive = framing_.keep_alive](bool ok) {
            if (!ok || !keep_alive) stream->close();
            stream->finish(ok && keep_alive);
        });
    }

    std::unique_ptr<ByteLink> upgrade(Response response) override {
        if (!stream_) return nullptr;
        *abandoned_ = nullptr;
        stream_->unwatch();
        net::HttpDate date;
        std::string head;
        net::append_upgrade_head(head, response.status, response.headers, date.at(std::time(nullptr)));
        return std::make_unique<BridgeLink>(loop_, loop_ref_, std::exchange(stream_, nullptr), std::move(head));
    }

    std::unique_ptr<ByteLink> stream(Response response) override {
        if (!stream_ || framing_.head_request) return nullptr;
        if (const auto fault = net::describe_fault(response.status, response.headers, false); !fault.empty()) {
            log(LogLevel::error, "http", "unusable response: " + fault);
            return nullptr;
        }
        *abandoned_ = nullptr;
        stream_->unwatch();
        net::HttpDate date;
        framing_.date = date.at(std::time(nullptr));
        framing_.keep_alive = false;
        framing_.streamed = true;
        std::string head;
        net::append_response_head(head, response.status, response.headers, framing_);
        return std::make_unique<BridgeLink>(loop_, loop_ref_, std::exchange(stream_, nullptr), std::move(head));
    }

    void on_abandoned(std::function<void()> callback) override {
        *abandoned_ = std::move(callback);
        if (!*abandoned_ || std::exchange(watching_, true)) return;
        stream_->watch([loop = loop_ref_, abandoned = abandoned_] {
            loop->post([abandoned] {
                if (const auto told = std::exchange(*abandoned, nullptr)) told();
            });
        });
    }

private:
    greenlet::Loop& loop_;
    LoopRefPtr loop_ref_;
    std::shared_ptr<detail::HostStream> stream_;  // null once answered
    HttpRequest request_;
    net::ResponseFraming framing_;
    // Of its own: the watch may report after this exchange has gone.
    std::shared_ptr<std::function<void()>> abandoned_ = std::make_shared<std::function<void()>>();
    bool watching_ = false;
};

}  // namespace

ExchangePtr make_bridge_exchange(greenlet::Loop& loop, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream,
                                 HttpRequest request, bool keep_alive) {
    return std::make_unique<BridgeExchange>(loop, std::move(back), std::move(stream), std::move(request), keep_alive);
}

}  // namespace sio::server
