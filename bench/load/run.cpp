#include "run.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace bench {

Run::Run(const Options& options)
    : options_(options), server_(options.server), epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(256 * 1024) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    set_now();
}

Run::~Run() { ::close(epoll_); }

void Run::watch(int fd, std::uint32_t events, Handler& handler) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
}

void Run::change(int fd, std::uint32_t events, Handler& handler) {
    epoll_event event{.events = events, .data = {.ptr = &handler}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Run::turn() {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), 0);
    set_now();
    for (int i = 0; i < count; ++i) static_cast<Handler*>(events[i].data.ptr)->on_event(events[i].events);
}

void Run::until(const std::function<bool()>& done, double limit_seconds, std::string_view what) {
    set_now();
    const auto limit = now_ + static_cast<std::uint64_t>(limit_seconds * 1e9);
    while (!done()) {
        turn();
        if (now_ > limit) throw std::runtime_error(std::string(what) + " took too long");
    }
}

void Run::measure(const std::function<void()>& between) {
    const auto reached = [&](std::uint64_t time) {
        if (between) between();
        return now_ >= time;
    };
    const auto warm = now_ + static_cast<std::uint64_t>(options_.warm_up_seconds * 1e9);
    until([&] { return reached(warm); }, options_.warm_up_seconds + 10, "warming up");
    measuring_ = true;
    const auto start = now_;
    const double cpu = server_.cpu_seconds();
    const auto end = start + static_cast<std::uint64_t>(options_.seconds * 1e9);
    until([&] { return reached(end); }, options_.seconds + 10, "measuring");
    cpu_seconds_ = server_.cpu_seconds() - cpu;
    seconds_ = static_cast<double>(now_ - start) / 1e9;
    measuring_ = false;
    if (messages_ == 0) throw std::runtime_error("nothing came back while measuring");
}

void Run::wrong(std::string_view what, std::string_view packet) {
    throw std::runtime_error(std::string(what) + ": " + std::string(packet.substr(0, 200)));
}

std::string Run::report(std::string_view unit, const std::string& more) const {
    const auto count = static_cast<double>(messages_);
    const auto microseconds = [this](double fraction) {
        return static_cast<double>(latency_.quantile(fraction)) / 1000;
    };
    char text[4096];
    std::snprintf(text, sizeof text,
                  R"({"scenario":"%s","unit":"%.*s","count":%.0f,"seconds":%.3f,"cpuSeconds":%.2f,"perSecond":%.0f,)"
                  R"("perCpuSecond":%.0f,"latencyUs":{"p50":%.1f,"p99":%.1f,"max":%.1f}%s})",
                  options_.scenario.c_str(), static_cast<int>(unit.size()), unit.data(), count, seconds_, cpu_seconds_,
                  seconds_ > 0 ? count / seconds_ : 0, cpu_seconds_ > 0 ? count / cpu_seconds_ : 0, microseconds(0.5),
                  microseconds(0.99), microseconds(1), more.c_str());
    return text;
}

}  // namespace bench
