#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/detail/wait_queue.hpp>

namespace sio {

/// How a Subprocess begins.
struct SubprocessOptions {
    enum class Stream {
        /// The one of this process.
        inherit,
        /// `/dev/null`.
        null,
        /// A pipe to this process.
        pipe,
    };
    Stream in = Stream::null;
    Stream out = Stream::inherit;
    Stream err = Stream::inherit;
    /// The standard error goes where the standard output goes; `err` has no meaning then.
    bool err_to_out = false;
    /// The directory in which it begins. Empty: this process's.
    std::string directory = {};
    /// Variables of its environment in addition to, or in place of, those of this process.
    std::vector<std::pair<std::string, std::string>> environment = {};
};

/// What a program wrote, and how it ended.
struct Completed {
    /// The exit status, or minus the number of the signal that ended it.
    int status = 0;
    std::string out;
    std::string err;
};

/// Another program, whose pipes and end greenlets wait for. gevent: `gevent.subprocess.Popen`.
///
/// No shell is involved: `arguments[0]` is looked for in `PATH`, the others reach it as they are. It inherits no other
/// descriptors than the three. It keeps running when the object ends, and its end is then collected without you; kill() and wait()
/// for it first where that matters.
///
/// Threads: belongs to the loop on which it was made, and must end before that loop does.
/// Errors: std::system_error with what the system says (a program that does not exist: no_such_file_or_directory), and
/// what blocking calls throw. In a process that ignores SIGCHLD the system does not say how programs end: wait() blocks as ever,
/// and then throws no_child_process. Needs Linux 5.4.
class Subprocess {
public:
    explicit Subprocess(std::vector<std::string> arguments, const SubprocessOptions& options = {});
    ~Subprocess();
    Subprocess(Subprocess&& other) noexcept;
    Subprocess& operator=(Subprocess&& other) noexcept;

    int pid() const noexcept;

    /// Writes all of it to the program's standard input (Stream::pipe).
    void write(std::string_view data);
    /// Ends its standard input.
    void close_in() noexcept;
    /// What it wrote to its standard output, or error; up to `bytes`, empty at the end.
    std::string read(std::size_t bytes = 65'536);
    std::string read_err(std::size_t bytes = 65'536);

    /// Blocks until the program has ended: its exit status, or minus the signal; nothing when `limit` passed first.
    std::optional<int> wait(Duration limit = forever);
    /// The same without blocking.
    std::optional<int> poll() { return wait(Duration::zero()); }
    /// Writes `input`, reads both pipes to their ends and waits. Throws Error(errc::limit_exceeded), and kills the program,
    /// beyond `max_bytes` of output.
    Completed communicate(std::string_view input = {}, std::size_t max_bytes = 1'000'000'000);

    /// Sends a signal, unless the program has ended. Never hits another process that has got its number.
    void send_signal(int signal);
    /// SIGTERM.
    void terminate();
    /// SIGKILL.
    void kill();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Runs a program to its end, with `input`, and keeps what it writes. When the greenlet is interrupted meanwhile, the
/// program is killed. Python: `subprocess.run(..., capture_output=True)`.
Completed run_program(std::vector<std::string> arguments, std::string_view input = {});

}  // namespace sio
