#include "server/bridge.hpp"

#include <ctime>
#include <stdexcept>
#include <utility>

#include <sio/log.hpp>

#include "http/file_body.hpp"
#include "net/http_date.hpp"
#include "net/response_head.hpp"
#include "server/bridge_link.hpp"
#include "server/guest.hpp"
#include "server/released_link.hpp"
#include "util/ascii.hpp"
#include "util/exception_text.hpp"

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

bool keeps_alive(const HttpRequest& request) {
    const std::string options = request.headers.combined("Connection");
    if (util::list_has_token(options, "close")) return false;
    return request.version >= 11 || util::list_has_token(options, "keep-alive");
}

std::string date() { return std::string(net::HttpDate().at(std::time(nullptr))); }

/// A request that another HTTP server has read, answered over its stream.
class BridgeExchange final : public Exchange {
public:
    BridgeExchange(net::Shard& shard, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream, HttpRequest request,
                   bool keep_alive)
        : shard_(shard),
          loop_ref_(std::move(back)),
          guest_(std::make_shared<const Guest>(shard, loop_ref_)),
          stream_(std::move(stream)),
          request_(std::move(request)),
          keep_alive_(keep_alive && keeps_alive(request_)) {}

    ~BridgeExchange() override {
        if (!stream_) return;
        try {
            stream_->close();
            stream_->finish(false);
        } catch (...) {  // the host's
            util::log_escaped("http", "end of a host's stream");
        }
    }

    HttpRequest& request() noexcept override { return request_; }

    void respond(Response response) override {
        const auto stream = std::exchange(stream_, nullptr);
        if (!stream) return;
        *abandoned_ = nullptr;
        std::string body;
        try {
            body = whole_body(response);
            check(response, false);
        } catch (const std::exception& error) {
            log(LogLevel::error, "http", error.what());
            response = Response(500);
            body.clear();
        }
        if (util::list_has_token(response.headers.combined("Connection"), "close")) keep_alive_ = false;
        std::string text;
        const std::string now = date();
        net::append_response_head(
            text, response.status, response.headers,
            {.version = request_.version, .keep_alive = keep_alive_, .length = body.size(), .date = now});
        if (!to_head() && net::status_has_body(response.status)) text += body;
        stream->write(std::move(text), [stream, keep_alive = keep_alive_, guest = std::move(guest_)](bool ok) {
            if (!ok || !keep_alive) stream->close();
            stream->finish(ok && keep_alive);
        });
    }

    std::unique_ptr<ByteLink> upgrade(Response response) override {
        if (!stream_ || !can_upgrade() || !is_usable(response, true)) return nullptr;
        std::string head;
        net::append_upgrade_head(head, response.status, response.headers, date());
        head += response.body;
        if (!stream_->releasable()) return link(std::move(head));
        *abandoned_ = nullptr;
        return std::make_unique<ReleasedLink>(shard_, loop_ref_, std::move(guest_), std::exchange(stream_, nullptr),
                                              std::move(head));
    }

    std::unique_ptr<ByteLink> stream(Response response) override {
        if (!stream_ || to_head() || !is_usable(response, false)) return nullptr;
        std::string head;
        const std::string now = date();
        net::append_response_head(head, response.status, response.headers,
                                  {.version = request_.version, .keep_alive = false, .streamed = true, .date = now});
        return link(std::move(head));
    }

    void on_abandoned(std::function<void()> callback) override {
        *abandoned_ = std::move(callback);
        if (!*abandoned_ || std::exchange(watching_, true)) return;
        auto tell = [abandoned = abandoned_] {
            if (const auto told = std::exchange(*abandoned, nullptr)) told();
        };
        stream_->watch([back = loop_ref_, &shard = shard_, tell](bool failed) {
            back->post([&shard, failed, tell] {
                if (failed) return tell();
                // It has closed its sending side, and may still read.
                shard.loop().post_after(util::clamped(shard.limits().half_close_timeout), tell);
            });
        });
    }

private:
    bool to_head() const noexcept { return request_.method == "HEAD"; }
    bool can_upgrade() const {
        return request_.version >= 11 && util::list_has_token(request_.headers.combined("Connection"), "upgrade");
    }
    static void check(const Response& response, bool upgrade) {
        const auto fault = net::describe_fault(response.status, response.headers, upgrade);
        if (!fault.empty()) throw std::runtime_error("unusable response: " + fault);
    }
    static bool is_usable(const Response& response, bool upgrade) {
        try {
            check(response, upgrade);
            return true;
        } catch (const std::exception& error) {
            log(LogLevel::error, "http", error.what());
            return false;
        }
    }
    std::unique_ptr<ByteLink> link(std::string head) {
        *abandoned_ = nullptr;
        stream_->unwatch();
        return std::make_unique<BridgeLink>(shard_.loop(), loop_ref_, std::move(guest_),
                                            std::exchange(stream_, nullptr), std::move(head));
    }

    net::Shard& shard_;
    LoopRefPtr loop_ref_;
    std::shared_ptr<const Guest> guest_;
    std::shared_ptr<detail::HostStream> stream_;  // null once answered
    HttpRequest request_;
    bool keep_alive_;
    // Of its own: the watch may report after this exchange has gone.
    std::shared_ptr<std::function<void()>> abandoned_ = std::make_shared<std::function<void()>>();
    bool watching_ = false;
};

}  // namespace

ExchangePtr make_bridge_exchange(net::Shard& shard, LoopRefPtr back, std::shared_ptr<detail::HostStream> stream,
                                 HttpRequest request, bool keep_alive) {
    return std::make_unique<BridgeExchange>(shard, std::move(back), std::move(stream), std::move(request), keep_alive);
}

}  // namespace sio::server
