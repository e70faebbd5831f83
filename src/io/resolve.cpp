#include <sio/resolve.hpp>

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <sio/async_result.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/thread_pool.hpp"
#include "greenlet/worker.hpp"

namespace sio {

namespace {

class ResolverCategory final : public std::error_category {
public:
    const char* name() const noexcept override { return "getaddrinfo"; }
    std::string message(int value) const override { return gai_strerror(value); }
};

const std::error_category& resolver_category() {
    static const ResolverCategory category;
    return category;
}

bool is_numeric(const std::string& host) noexcept {
    unsigned char bytes[sizeof(in6_addr)];
    return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

std::vector<Address> look_up(const Address& address) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int failure = getaddrinfo(address.host.c_str(), nullptr, &hints, &list);
    if (failure == EAI_SYSTEM) throw std::system_error(errno, std::generic_category(), address.host);
    if (failure != 0) throw std::system_error(failure, resolver_category(), address.host);
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, &freeaddrinfo);
    std::vector<Address> found;
    for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0)
            continue;
        Address one{text, address.port};
        if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(std::move(one));
    }
    return found;
}

/// Belongs to the pool's thread and to the greenlet: whoever is done last ends it.
class LookUp final : public greenlet::PoolTask {
public:
    struct Outcome {
        std::vector<Address> found;
        std::exception_ptr failure;
    };
    using Result = AsyncResult<Outcome>;

    explicit LookUp(Address address) : address_(std::move(address)) {}

    static std::shared_ptr<Result> start(greenlet::ThreadPool& pool, const Address& address) {
        auto task = std::make_unique<LookUp>(address);
        auto result = task->result_;
        pool.submit_owned(std::move(task));
        return result;
    }

private:
    void run() noexcept override {
        Outcome outcome;
        try {
            outcome.found = look_up(address_);
        } catch (...) {
            outcome.failure = std::current_exception();
        }
        result_->set(std::move(outcome));
    }

    const Address address_;
    std::shared_ptr<Result> result_ = std::make_shared<Result>();
};

}  // namespace

std::vector<Address> resolve(const Address& address, Duration limit) {
    if (is_numeric(address.host) || address.host.starts_with("unix:")) return {address};
    auto& worker = greenlet::Worker::require_current("resolve");
    const auto result = LookUp::start(worker.loop().pool(detail::PoolPurpose::lookups), address);
    if (!result->wait(limit)) throw TimeoutError("resolve " + address.host);
    LookUp::Outcome& outcome = result->get();
    // Taken, not copied: only this thread has the exception from here on, and frees it.
    if (outcome.failure) std::rethrow_exception(std::move(outcome.failure));
    return std::move(outcome.found);
}

}  // namespace sio
