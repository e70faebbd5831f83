#include "greenlet/overflow_report.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>

#include "greenlet/stack_region.hpp"
#include "greenlet/worker.hpp"

namespace sio::greenlet {

namespace {

struct sigaction previous_action;

// Puts a line together without anything that a signal handler must not call.
class SignalSafeLine {
public:
    SignalSafeLine& operator<<(std::string_view text) noexcept {
        const std::size_t n = std::min(text.size(), sizeof text_ - size_);
        std::memcpy(text_ + size_, text.data(), n);
        size_ += n;
        return *this;
    }
    SignalSafeLine& operator<<(std::size_t number) noexcept {
        char digits[20];
        char* p = digits + sizeof digits;
        do {
            *--p = static_cast<char>('0' + number % 10);
        } while (number /= 10);
        return *this << std::string_view(p, static_cast<std::size_t>(digits + sizeof digits - p));
    }
    void write_to_stderr() const noexcept {
        if (::write(STDERR_FILENO, text_, size_) < 0) return;  // nowhere left to complain to
    }

private:
    char text_[512];
    std::size_t size_ = 0;
};

void report(const StackPlace& stack) noexcept {
    SignalSafeLine line;
    line << "sio: a greenlet overflowed its stack of " << stack.bytes / 1024 << " KiB";
    if (const Worker* worker = Worker::current()) {
        line << " (" << (worker->name().empty() ? "unnamed" : worker->name()) << ", id " << worker->id() << ")";
    }
    line << ". Large local arrays and deep recursion belong on the heap; " << stack.option << " sets the size.\n";
    line.write_to_stderr();
}

void set_default_action() noexcept {
    struct sigaction action{};
    action.sa_handler = SIG_DFL;
    sigaction(SIGSEGV, &action, nullptr);
}

// Returning repeats the faulting access: under the default action a core file then shows where it happened. A previous
// handler is called rather than installed, since it may not have asked for a stack of its own, and ours has overflowed.
void on_segv(int signal, siginfo_t* info, void* context) {
    if (const StackPlace stack = find_stack(info->si_addr); stack.in_guard) {
        report(stack);
        set_default_action();
    }
    if (previous_action.sa_flags & SA_SIGINFO) {
        previous_action.sa_sigaction(signal, info, context);
    } else if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN) {
        previous_action.sa_handler(signal);
    } else {
        set_default_action();
    }
}

void install_handler() {
    struct sigaction action{};
    action.sa_sigaction = &on_segv;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_action);
}

std::size_t signal_stack_bytes() noexcept {
    constexpr std::size_t enough = 64 * 1024;  // a previous handler may print a backtrace
    return std::max(enough, static_cast<std::size_t>(std::max(0L, sysconf(_SC_SIGSTKSZ))));
}

}  // namespace

OverflowReport::OverflowReport() {
    static std::once_flag installed;
    std::call_once(installed, install_handler);
    stack_t old{};
    if (sigaltstack(nullptr, &old) != 0 || !(old.ss_flags & SS_DISABLE)) return;
    stack_t stack{};
    stack.ss_size = signal_stack_bytes();
    signal_stack_ = new char[stack.ss_size];
    stack.ss_sp = signal_stack_;
    sigaltstack(&stack, nullptr);
}

OverflowReport::~OverflowReport() {
    if (!signal_stack_) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    delete[] signal_stack_;
}

}  // namespace sio::greenlet
