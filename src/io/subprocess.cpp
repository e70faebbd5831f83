#include <sio/subprocess.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include <sio/asio.hpp>
#include <sio/error.hpp>
#include <sio/group.hpp>

#include "greenlet/loop.hpp"
#include "io/fail.hpp"
#include "io/limited.hpp"

namespace sio {

namespace {

using Descriptor = boost::asio::posix::basic_stream_descriptor<greenlet::Loop::Executor>;
using Stream = SubprocessOptions::Stream;

/// A pair of descriptors, of which one stays here.
class Pipe {
public:
    Pipe() {
        if (::pipe2(ends_, O_CLOEXEC) < 0) io::fail(errno, "pipe");
    }
    ~Pipe() {
        for (const int end : ends_) {
            if (end >= 0) ::close(end);
        }
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int get(int end) const noexcept { return ends_[end]; }
    int take(int end) noexcept { return std::exchange(ends_[end], -1); }

private:
    int ends_[2] = {-1, -1};
};

/// The actions and attributes that posix_spawn takes.
class SpawnPlan {
public:
    SpawnPlan() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        // Signals that this process ignores or blocks are the child's again.
        sigset_t none;
        sigset_t all;
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    /// Makes `fd` of the child what `stream` says; a pipe if it is to be one.
    void connect(int fd, Stream stream, std::optional<Pipe>& pipe) {
        if (stream == Stream::null) {
            posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
        } else if (stream == Stream::pipe) {
            pipe.emplace();
            posix_spawn_file_actions_adddup2(&actions, pipe->get(fd == 0 ? 0 : 1), fd);
        }
    }

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& changes) {
    std::vector<std::string> all;
    for (char** entry = ::environ; *entry; ++entry) {
        const std::string_view text = *entry;
        const bool replaced = std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return text.starts_with(change.first) && text.substr(change.first.size()).starts_with('=');
        });
        if (!replaced) all.emplace_back(text);
    }
    for (const auto& [name, value] : changes) all.push_back(name + '=' + value);
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// write() without SIGPIPE, which a pipe that nobody reads raises and for which there is no flag.
ssize_t write_quietly(int fd, std::string_view data) noexcept {
    sigset_t pipe;
    sigset_t pending;
    sigset_t before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    const ssize_t put = ::write(fd, data.data(), data.size());
    const int error = errno;
    if (put < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE)) {
        const timespec at_once{};
        while (sigtimedwait(&pipe, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return put;
}

/// A program that goes on without its Subprocess: its end is to be collected, or it would stay in the system's table.
///
/// The loop waits for it. If that ends first, whoever starts or leaves another program looks.
class Orphan {
public:
    Orphan(pid_t pid, Descriptor&& process) noexcept : pid_(pid), process_(std::move(process)) {}
    ~Orphan() {
        if (pid_ == 0) return;
        try {
            const std::lock_guard lock(mutex());
            left().push_back(pid_);
        } catch (const std::bad_alloc&) {
            // It is collected when this process ends.
        }
    }
    Orphan(const Orphan&) = delete;
    Orphan& operator=(const Orphan&) = delete;

    static void leave(pid_t pid, Descriptor&& process) noexcept {
        collect_left();
        try {
            auto orphan = std::make_shared<Orphan>(pid, std::move(process));
            Descriptor& watched = orphan->process_;
            watched.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               [orphan](const boost::system::error_code& error) {
                                   if (!error && has_ended(orphan->pid_)) orphan->pid_ = 0;
                               });
        } catch (const std::exception&) {
            // No memory, no descriptor: as above.
        }
    }

    /// Those whose loop has ended.
    static void collect_left() noexcept {
        const std::lock_guard lock(mutex());
        std::erase_if(left(), &has_ended);
    }

private:
    static bool has_ended(pid_t pid) noexcept {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) < 0 || info.si_pid != 0;
    }
    static std::mutex& mutex() {
        static auto& one = *new std::mutex;  // for programs that are left when the process ends
        return one;
    }
    static std::vector<pid_t>& left() {
        static auto& pids = *new std::vector<pid_t>;
        return pids;
    }

    pid_t pid_;  // 0: collected
    Descriptor process_;
};

}  // namespace

struct Subprocess::Impl {
    explicit Impl(std::vector<std::string> arguments, const SubprocessOptions& options) {
        if (arguments.empty()) throw std::system_error(std::make_error_code(std::errc::invalid_argument), "Subprocess");
        Orphan::collect_left();
        SpawnPlan plan;
        std::optional<Pipe> to_child;
        std::optional<Pipe> from_out;
        std::optional<Pipe> from_err;
        plan.connect(0, options.in, to_child);
        plan.connect(1, options.out, from_out);
        if (options.err_to_out) {
            posix_spawn_file_actions_adddup2(&plan.actions, 1, 2);
        } else {
            plan.connect(2, options.err, from_err);
        }
        if (!options.directory.empty()) posix_spawn_file_actions_addchdir_np(&plan.actions, options.directory.c_str());
        const std::string name = arguments[0];
        auto environment = environment_with(options.environment);
        const auto argv = pointers_to(arguments);
        const auto envp = pointers_to(environment);
        const int error = posix_spawnp(&pid, name.c_str(), &plan.actions, &plan.attributes, argv.data(), envp.data());
        if (error != 0) io::fail(error, name);
        // A descriptor of the process itself: it becomes readable at the end, and does not pass to another of that number.
        const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
        if (handle < 0) {
            const int why = errno;
            // It has ended, and the system has kept nothing of it, since SIGCHLD is ignored. Its number may be another's by now.
            if (why == ESRCH) io::fail(ECHILD, name);
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
            io::fail(why, "pidfd_open");
        }
        process.assign(handle);
        keep(in, to_child, 1);
        keep(out, from_out, 0);
        keep(err, from_err, 0);
    }
    ~Impl() {
        if (!ended()) collect();
        if (!ended()) Orphan::leave(pid, std::move(process));
    }

    static void keep(Descriptor& descriptor, std::optional<Pipe>& pipe, int end) {
        if (!pipe) return;
        descriptor.assign(pipe->take(end));
        descriptor.non_blocking(true);
    }

    void collect() noexcept {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) < 0) {
            lost = errno == ECHILD;
        } else if (info.si_pid != 0) {
            status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
        }
    }
    bool ended() const noexcept { return status || lost; }

    static std::string read(Descriptor& from, std::size_t bytes) {
        std::string data(bytes, '\0');
        boost::system::error_code error;
        data.resize(from.async_read_some(boost::asio::buffer(data), yield[error]));
        if (error && error != boost::asio::error::eof) io::fail(error.value(), "read from a program");
        return data;
    }

    void write(std::string_view data) {
        while (!data.empty()) {
            const ssize_t put = write_quietly(in.native_handle(), data);
            if (put >= 0) {
                data.remove_prefix(static_cast<std::size_t>(put));
            } else if (errno == EAGAIN) {
                in.async_wait(boost::asio::posix::descriptor_base::wait_write, yield);
            } else if (errno != EINTR) {
                io::fail(errno, "write to a program");
            }
        }
    }

    pid_t pid = 0;
    std::optional<int> status;
    bool lost = false;  // it has ended, and somebody else has been told how
    Descriptor process{asio_context()};
    Descriptor in{asio_context()};
    Descriptor out{asio_context()};
    Descriptor err{asio_context()};
};

Subprocess::Subprocess(std::vector<std::string> arguments, const SubprocessOptions& options)
    : impl_(std::make_unique<Impl>(std::move(arguments), options)) {}

Subprocess::~Subprocess() = default;
Subprocess::Subprocess(Subprocess&& other) noexcept = default;
Subprocess& Subprocess::operator=(Subprocess&& other) noexcept = default;

int Subprocess::pid() const noexcept { return impl_->pid; }

void Subprocess::write(std::string_view data) { impl_->write(data); }

void Subprocess::close_in() noexcept {
    boost::system::error_code ignored;
    impl_->in.close(ignored);
}

std::string Subprocess::read(std::size_t bytes) { return Impl::read(impl_->out, bytes); }

std::string Subprocess::read_err(std::size_t bytes) { return Impl::read(impl_->err, bytes); }

std::optional<int> Subprocess::wait(Duration limit) {
    if (!impl_->ended()) impl_->collect();
    if (!impl_->ended() && limit > Duration::zero()) {
        io::within(limit, [&] { impl_->process.async_wait(boost::asio::posix::descriptor_base::wait_read, yield); });
        impl_->collect();
    }
    if (impl_->lost) {
        throw std::system_error(
            std::make_error_code(std::errc::no_child_process),
            "how a program ended is lost, as this process ignores SIGCHLD or collects all of its children");
    }
    return impl_->status;
}

Completed Subprocess::communicate(std::string_view input, std::size_t max_bytes) {
    Completed completed;
    bool too_much = false;
    const auto read_all = [&](Descriptor& from, std::string& to) {
        while (from.is_open()) {
            const std::string data = Impl::read(from, 65'536);
            if (data.empty()) break;
            to += data;
            if (to.size() <= max_bytes) continue;
            too_much = true;
            kill();
            break;
        }
    };
    Group pipes;
    detail::KilledAtEnd at_end;  // they refer to what is here
    at_end.add(pipes.spawn([&] { read_all(impl_->out, completed.out); }));
    at_end.add(pipes.spawn([&] { read_all(impl_->err, completed.err); }));
    at_end.add(pipes.spawn([&] {
        if (!impl_->in.is_open()) return;
        try {
            impl_->write(input);
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::broken_pipe) throw;  // the program does not want it
        }
        close_in();
    }));
    pipes.join(forever, true);
    completed.status = *wait();
    if (too_much) throw Error(errc::limit_exceeded, "the program wrote too much");
    return completed;
}

void Subprocess::send_signal(int signal) {
    if (impl_->ended()) return;
    if (::syscall(SYS_pidfd_send_signal, impl_->process.native_handle(), signal, nullptr, 0) < 0 && errno != ESRCH) {
        io::fail(errno, "send_signal");
    }
}

void Subprocess::terminate() { send_signal(SIGTERM); }

void Subprocess::kill() { send_signal(SIGKILL); }

Completed run_program(std::vector<std::string> arguments, std::string_view input) {
    Subprocess program(std::move(arguments), {.in = Stream::pipe, .out = Stream::pipe, .err = Stream::pipe});
    try {
        return program.communicate(input);
    } catch (...) {
        const Shield shield;
        program.kill();
        try {
            program.wait();
        } catch (const std::system_error&) {
            // It has ended; what is thrown is what went wrong before.
        }
        throw;
    }
}

}  // namespace sio
