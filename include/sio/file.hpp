#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio {

/// A file that greenlets read and write through the loop's thread pool (ThreadOptions::files): the greenlet waits, its loop does
/// not.
///
/// A regular file is always "ready" for the kernel and yet blocks on the disk, so no event loop helps there. For a pipe with a name
/// or a device the greenlet waits on its loop: there, a kill or a TimeoutScope interrupts it. Nothing is lost by that: what was
/// read meanwhile comes with the next call. A write() that was interrupted has written part of its data.
///
/// Threads: a greenlet of any loop; one call at a time. Errors: std::system_error, whose text names the path; and what
/// offload() throws. gevent: `gevent.fileobject.FileObjectThread`.
class File {
public:
    enum class Mode {
        /// An existing file, to read.
        read,
        /// A file that is made or emptied.
        write,
        /// A file that is made, or written to at its end.
        append,
        /// An existing file, to read and to write.
        update,
    };

    explicit File(std::string path, Mode mode = Mode::read);
    ~File();
    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;

    /// Up to `bytes` from the present position; fewer only at the end, where it is empty.
    std::string read(std::size_t bytes);
    /// Everything from the present position. Throws Error(errc::limit_exceeded) beyond `max_bytes`.
    std::string read_all(std::size_t max_bytes = 1'000'000'000);
    /// The next line without its newline; nothing at the end. Lines of more than `max_bytes` throw
    /// Error(errc::limit_exceeded).
    std::optional<std::string> read_line(std::size_t max_bytes = 1'000'000);
    /// Writes all of it.
    void write(std::string_view data);
    /// Sets the position, from the beginning.
    void seek(std::uint64_t position);
    /// Waits until what was written is on the disk.
    void sync();
    /// Throws what the system says only now about what was written. The destructor closes too, silently.
    void close();

    const std::string& path() const noexcept { return path_; }

private:
    [[noreturn]] void fail(const char* what, int error) const;
    std::size_t fill(std::size_t bytes);

    std::string path_;
    int fd_ = -1;
    bool is_pipe_ = false;
    std::string ahead_;  // read, and not yet given away
    std::size_t taken_ = 0;
};

/// The contents of a file. Throws Error(errc::limit_exceeded) beyond `max_bytes`.
std::string read_file(const std::string& path, std::size_t max_bytes = 1'000'000'000);
/// Makes or replaces a file.
void write_file(const std::string& path, std::string_view data);

}  // namespace sio
