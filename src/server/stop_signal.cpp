#include "server/stop_signal.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

namespace sio::server {

namespace {

constexpr std::array signals = {SIGTERM, SIGINT};

// What the handler can reach.
std::atomic<int> handler_event{-1};
std::atomic<int> caught{0};
std::array<struct sigaction, signals.size()> former;

void wake(int event) noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(event, &one, sizeof one);
}

extern "C" void sio_on_stop_signal(int number) {
    const int saved = errno;
    caught = number;
    wake(handler_event);
    errno = saved;
}

}  // namespace

StopSignal::StopSignal(bool handle_signals) : event_(::eventfd(0, EFD_CLOEXEC)), handling_(false) {
    if (event_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    int none = -1;
    handling_ = handle_signals && handler_event.compare_exchange_strong(none, event_);
    if (!handling_) return;
    caught = 0;
    struct sigaction action{};
    action.sa_handler = sio_on_stop_signal;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &action, &former[i]);
}

StopSignal::~StopSignal() {
    restore();
    ::close(event_);
}

void StopSignal::restore() noexcept {
    if (!handling_) return;
    handling_ = false;
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &former[i], nullptr);
    handler_event = -1;
}

int StopSignal::wait() {
    // Waiting with poll(), since ThreadSanitizer holds signals back while a thread is in read().
    pollfd readable{event_, POLLIN, 0};
    while (::poll(&readable, 1, -1) < 0 && errno == EINTR) {
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(event_, &count, sizeof count);
    const int number = handling_ ? caught.load() : 0;
    if (number != 0) restore();
    return number;
}

void StopSignal::raise() noexcept { wake(event_); }

}  // namespace sio::server
