#include <sio/file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/offload.hpp>
#include <sio/wait_descriptor.hpp>

namespace sio {

namespace {

constexpr std::size_t line_chunk = 64 * 1024;
constexpr std::size_t most_read_at_once = 1024 * 1024;
constexpr std::chrono::milliseconds reader_look_interval{20};

int flags_of(File::Mode mode) noexcept {
    switch (mode) {
        case File::Mode::read: return O_RDONLY;
        case File::Mode::write: return O_WRONLY | O_CREAT | O_TRUNC;
        case File::Mode::append: return O_WRONLY | O_CREAT | O_APPEND;
        case File::Mode::update: return O_RDWR;
    }
    return O_RDONLY;
}

/// What a system call said on another thread.
struct Outcome {
    ssize_t result;
    int error;
};

/// A call that was made counts, whatever comes meanwhile: the position has moved, the descriptor is there.
template <class Call>
Outcome offloaded(Call call) {
    return detail::offload_step(detail::PoolPurpose::files, [&] {
        ssize_t result;
        do {
            result = call();
        } while (result < 0 && errno == EINTR);
        return Outcome{result, errno};
    });
}

/// The same for a call on a descriptor that may be a pipe's or a device's: those are open without blocking, and the greenlet waits
/// on its loop, where it can be interrupted. A thread could not be.
template <class Call>
Outcome offloaded_when_ready(int fd, bool (*ready)(int, Duration), Call call) {
    for (;;) {
        const Outcome outcome = offloaded(call);
        if (outcome.result >= 0 || (outcome.error != EAGAIN && outcome.error != EWOULDBLOCK)) return outcome;
        ready(fd, forever);
    }
}

/// A pipe with a name that nobody reads yet cannot be opened for writing without blocking.
bool lacks_reader(const Outcome& opened, const std::string& path, int flags) noexcept {
    struct stat status{};
    return opened.result < 0 && opened.error == ENXIO && (flags & O_ACCMODE) == O_WRONLY &&
           ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

File::File(std::string path, Mode mode) : path_(std::move(path)) {
    // Regular files know no O_NONBLOCK.
    const int flags = flags_of(mode) | O_CLOEXEC | O_NONBLOCK;
    const auto open_once = [&] { return offloaded([&] { return ::open(path_.c_str(), flags, 0666); }); };
    auto opened = open_once();
    for (; lacks_reader(opened, path_, flags); opened = open_once()) sleep(reader_look_interval);
    if (opened.result < 0) fail("open", opened.error);
    fd_ = static_cast<int>(opened.result);
    struct stat status{};
    is_pipe_ = ::fstat(fd_, &status) == 0 && S_ISFIFO(status.st_mode);
}

File::~File() {
    if (fd_ >= 0) ::close(fd_);
}

File::File(File&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      is_pipe_(other.is_pipe_),
      ahead_(std::move(other.ahead_)),
      taken_(std::exchange(other.taken_, 0)) {}

File& File::operator=(File&& other) noexcept {
    File old(std::move(*this));
    path_ = std::move(other.path_);
    fd_ = std::exchange(other.fd_, -1);
    is_pipe_ = other.is_pipe_;
    ahead_ = std::move(other.ahead_);
    taken_ = std::exchange(other.taken_, 0);
    return *this;
}

void File::fail(const char* what, int error) const {
    throw std::system_error(error, std::generic_category(), std::string(what) + ' ' + path_);
}

// Appends up to `bytes` to what was read ahead; how many came.
std::size_t File::fill(std::size_t bytes) {
    // Into a buffer of its own: others may read from this file meanwhile.
    std::string more(std::min(bytes, most_read_at_once), '\0');
    // One that nobody has opened for writing yet is at its end for read(), but not readable.
    if (is_pipe_) wait_readable(fd_);
    const auto got = offloaded_when_ready(fd_, &wait_readable, [&] { return ::read(fd_, more.data(), more.size()); });
    if (got.result < 0) fail("read", got.error);
    ahead_.erase(0, std::exchange(taken_, 0));
    ahead_.append(more, 0, static_cast<std::size_t>(got.result));
    return static_cast<std::size_t>(got.result);
}

std::string File::read(std::size_t bytes) {
    while (ahead_.size() - taken_ < bytes && fill(bytes - (ahead_.size() - taken_)) > 0) {
    }
    std::string data = ahead_.substr(taken_, bytes);
    taken_ += data.size();
    return data;
}

std::string File::read_all(std::size_t max_bytes) {
    while (fill(std::max(line_chunk, ahead_.size())) > 0) {
        if (ahead_.size() > max_bytes) throw Error(errc::limit_exceeded, path_ + " is too large");
    }
    return std::exchange(ahead_, {});
}

std::optional<std::string> File::read_line(std::size_t max_bytes) {
    for (std::size_t searched = taken_;;) {
        const std::size_t newline = ahead_.find('\n', searched);
        if (newline != std::string::npos && newline - taken_ <= max_bytes) {
            std::string line = ahead_.substr(taken_, newline - taken_);
            taken_ = newline + 1;
            return line;
        }
        const std::size_t left = ahead_.size() - taken_;
        if (left > max_bytes) throw Error(errc::limit_exceeded, path_ + " has a line that is too long");
        searched = left;  // fill() moves it to the front
        if (fill(line_chunk) > 0) continue;
        if (left == 0) return std::nullopt;
        return std::exchange(ahead_, {});
    }
}

void File::write(std::string_view data) {
    if (taken_ < ahead_.size()) {
        // What was read ahead is not where the caller thinks it is.
        const auto back = static_cast<off_t>(ahead_.size() - taken_);
        const auto moved = offloaded([&] { return ::lseek(fd_, -back, SEEK_CUR); });
        if (moved.result < 0) fail("seek", moved.error);
    }
    ahead_.clear();
    taken_ = 0;
    while (!data.empty()) {
        const auto put =
            offloaded_when_ready(fd_, &wait_writable, [&] { return ::write(fd_, data.data(), data.size()); });
        if (put.result < 0) fail("write", put.error);
        data.remove_prefix(static_cast<std::size_t>(put.result));
    }
}

void File::seek(std::uint64_t position) {
    const auto moved = offloaded([&] { return ::lseek(fd_, static_cast<off_t>(position), SEEK_SET); });
    if (moved.result < 0) fail("seek", moved.error);
    ahead_.clear();
    taken_ = 0;
}

void File::sync() {
    const auto synced = offloaded([&] { return ::fsync(fd_); });
    if (synced.result < 0) fail("sync", synced.error);
}

void File::close() {
    if (fd_ < 0) return;
    const int error =
        detail::offload_step(detail::PoolPurpose::files, [fd = fd_] { return ::close(fd) < 0 ? errno : 0; });
    // Never again after EINTR: the descriptor may be another's by then.
    fd_ = -1;
    if (error != 0 && error != EINTR) fail("close", error);
}

std::string read_file(const std::string& path, std::size_t max_bytes) { return File(path).read_all(max_bytes); }

void write_file(const std::string& path, std::string_view data) {
    File file(path, File::Mode::write);
    file.write(data);
    file.close();
}

}  // namespace sio
