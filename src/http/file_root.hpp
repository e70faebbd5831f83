#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sio::http {

/// A file that has been opened, and what was known about it then.
struct OpenFile {
    std::shared_ptr<const int> descriptor;
    bool is_directory = false;
    std::uint64_t size = 0;
    /// Since the epoch.
    std::chrono::nanoseconds modified{};

    explicit operator bool() const noexcept { return descriptor != nullptr; }
};

/// A directory beneath which files are opened, and never outside.
class FileRoot {
public:
    /// How a path is kept inside.
    enum class Resolver {
        kernel,  ///< openat2(); where that is not to be had, as `steps`
        steps,   ///< one directory after another, without symbolic links
    };

    /// Throws Error(errc::cannot_start).
    explicit FileRoot(const std::string& directory, Resolver resolver = Resolver::kernel);

    /// How far an open may go.
    enum class Patience {
        cached,  ///< only when the path can be resolved without waiting for the disk; see Result::would_block
        disk,
    };
    struct Result {
        OpenFile file;
        bool would_block = false;
    };

    /// Opens a regular file or a directory. `path` is relative and has been checked by is_safe_path(); empty is the root.
    /// An empty Result::file for whatever does not exist, may not be read, leaves the root, or is anything else (a
    /// device, a pipe). Throws std::system_error when the process or the system is out of descriptors or memory.
    Result open(const std::string& path, Patience patience) const;

    /// Absolute, without symbolic links.
    const std::string& path() const noexcept { return path_; }

private:
    /// A descriptor, or -1 and errno.
    int open_descriptor(const std::string& relative, bool cached) const;

    std::string path_;
    std::shared_ptr<const int> root_;
    Resolver resolver_;
};

/// Whether every segment of a relative path names something below: not empty (but for the last), not `.` or `..`, and
/// without NUL or backslash. `hidden`: names that begin with a dot are fine, too.
bool is_safe_path(std::string_view path, bool hidden) noexcept;

}  // namespace sio::http
