#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "greenlet/loop.hpp"
#include "net/listen_socket.hpp"
#include "net/shard.hpp"
#include "net/tls_context.hpp"
#include "unit/net/test_client.hpp"

namespace sio::net::test {

using namespace std::chrono_literals;

/// A handler that answers every request through `respond`.
inline RequestHandler answering(std::function<Response(const HttpRequest&)> respond) {
    return [respond = std::move(respond)](ExchangePtr exchange) {
        auto response = respond(exchange->request());
        exchange->respond(std::move(response));
    };
}

/// A handler that answers `method target body`.
inline RequestHandler echoing() {
    return answering([](const HttpRequest& request) {
        return Response(200, request.method + ' ' + request.target + ' ' + request.body);
    });
}

/// A `GET` for `target`, with further header lines.
inline std::string get(const std::string& target, const std::string& lines = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + lines + "\r\n";
}

/// Shards on threads of their own that listen on a free port of the loopback.
class TestServer {
public:
    struct Setup {
        RequestHandler handler = echoing();
        HttpLimits limits{};
        BodyLimit body_limit{};
        std::size_t shards = 1;
        std::string host = "127.0.0.1";
        std::shared_ptr<const TlsContext> tls{};
        ListenOptions listen{};
        std::string flash_policy{};
        Service service = Service::http;
    };

    explicit TestServer(Setup setup)
        : options_(std::make_shared<ShardOptions>(ShardOptions{
              setup.limits, std::move(setup.handler), std::move(setup.body_limit), std::move(setup.flash_policy)})),
          admission_(std::make_shared<Admission>(setup.limits)),
          listening_(setup.host, 0, setup.shards, setup.listen) {
        for (std::size_t i = 0; i < setup.shards; ++i) {
            auto& part = parts_.emplace_back(std::make_unique<Part>());
            part->shard = std::make_unique<Shard>(part->loop, options_, admission_);
            for (auto& fd : listening_.take(i)) part->shard->listen(std::move(fd), setup.tls, setup.service);
            part->thread = std::thread([&loop = part->loop] { loop.run(); });
        }
    }
    explicit TestServer(RequestHandler handler) : TestServer(Setup{.handler = std::move(handler)}) {}
    ~TestServer() {
        for (auto& part : parts_) {
            part->loop.stop();
            part->thread.join();
            part->shard.reset();
        }
    }

    std::uint16_t port() const noexcept { return listening_.port(); }
    Client connect() const { return Client::tcp(port()); }
    Shard& shard(std::size_t index = 0) { return *parts_[index]->shard; }
    std::size_t shards() const noexcept { return parts_.size(); }

    /// Runs `job` on a shard's thread and waits for its end.
    void on_shard(std::function<void(Shard&)> job, std::size_t index = 0) {
        std::promise<void> done;
        parts_[index]->loop.post([&] {
            job(*parts_[index]->shard);
            done.set_value();
        });
        done.get_future().wait();
    }
    /// Begins a graceful stop of all shards; the futures are ready when no connection is left.
    std::vector<std::future<void>> stop(std::chrono::milliseconds grace) {
        std::vector<std::future<void>> stopped;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            auto done = std::make_shared<std::promise<void>>();
            stopped.push_back(done->get_future());
            on_shard([=](Shard& shard) { shard.stop(grace, [done] { done->set_value(); }); }, i);
        }
        return stopped;
    }
    /// Waits until `condition` holds, for at most five seconds.
    static bool eventually(const std::function<bool()>& condition) {
        for (int i = 0; i < 1000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(5ms);
        }
        return condition();
    }
    bool all_closed() {
        return eventually([this] { return shard().counters().active.get() == 0; });
    }

private:
    struct Part {
        greenlet::Loop loop;
        std::unique_ptr<Shard> shard;
        std::thread thread;
    };
    std::shared_ptr<const ShardOptions> options_;
    std::shared_ptr<Admission> admission_;
    ListenSocket listening_;
    std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace sio::net::test
