#include "http/file_root.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sio/error.hpp>

namespace sio::http {
namespace {

// Linux 5.12; Debian 12's headers have it, those of older systems may not.
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

// O_NONBLOCK: opening a pipe would wait for its other end.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;

std::shared_ptr<const int> own(int descriptor) {
    return {new int(descriptor), [](const int* owned) {
                ::close(*owned);
                delete owned;
            }};
}

/// The two failures of open() that are no answer about the file.
bool out_of_resources(int error) noexcept { return error == EMFILE || error == ENFILE || error == ENOMEM; }

int open_beneath(int root, const char* path, bool cached) {
    open_how how{};
    how.flags = static_cast<__u64>(open_flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (cached ? RESOLVE_CACHED : 0);
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

/// Without openat2 (Linux before 5.6, or a sandbox that refuses it): one directory after another, no symbolic links.
int open_by_steps(int root, std::string_view path) {
    // The caller has checked this. Here nothing else would stop `..`.
    if (path != "." && !is_safe_path(path, true)) {
        errno = ENOENT;
        return -1;
    }
    std::shared_ptr<const int> parent;
    int at = root;
    while (true) {
        const auto slash = path.find('/');
        const std::string name(path.substr(0, slash));
        const bool last = slash == std::string_view::npos;
        const int descriptor =
            ::openat(at, name.c_str(), O_NOFOLLOW | (last ? open_flags : O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (descriptor < 0 || last) return descriptor;
        parent = own(descriptor);
        at = descriptor;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

FileRoot::FileRoot(const std::string& directory, Resolver resolver) : resolver_(resolver) {
    const auto fail = [&](int error) {
        throw Error(errc::cannot_start, directory + ": " + std::generic_category().message(error));
    };
    const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(directory.c_str(), nullptr), &std::free);
    if (!resolved) fail(errno);
    path_ = resolved.get();
    const int descriptor = ::open(resolved.get(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail(errno);
    root_ = own(descriptor);
}

int FileRoot::open_descriptor(const std::string& relative, bool cached) const {
    const auto kernel_lacks_it = [] { return errno == ENOSYS || errno == EPERM; };
    if (resolver_ == Resolver::kernel) {
        // EAGAIN from RESOLVE_BENEATH: a rename somewhere on the way, at the same time.
        int descriptor = open_beneath(*root_, relative.c_str(), cached);
        for (int tries = 0; descriptor < 0 && errno == EAGAIN && !cached && tries < 3; ++tries) {
            descriptor = open_beneath(*root_, relative.c_str(), cached);
        }
        if (descriptor >= 0 || cached || !kernel_lacks_it()) return descriptor;
    } else if (cached) {
        errno = EAGAIN;
        return -1;
    }
    return open_by_steps(*root_, relative);
}

FileRoot::Result FileRoot::open(const std::string& path, Patience patience) const {
    auto relative = path.empty() ? std::string(".") : path;
    while (relative.size() > 1 && relative.back() == '/') relative.pop_back();

    const bool cached = patience == Patience::cached;
    const int descriptor = open_descriptor(relative, cached);
    // EINVAL: RESOLVE_CACHED is unknown before Linux 5.12.
    if (descriptor < 0 && cached && (errno == EAGAIN || errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
        return {{}, true};
    }
    if (descriptor < 0) {
        if (out_of_resources(errno)) throw std::system_error(errno, std::generic_category(), "opening a file");
        return {};
    }

    OpenFile file{own(descriptor)};
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return {};
    file.is_directory = S_ISDIR(status.st_mode);
    if (!file.is_directory && !S_ISREG(status.st_mode)) return {};
    file.size = static_cast<std::uint64_t>(status.st_size);
    file.modified = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    return {std::move(file), false};
}

bool is_safe_path(std::string_view path, bool hidden) noexcept {
    constexpr std::string_view forbidden("\0\\", 2);
    if (path.find_first_of(forbidden) != std::string_view::npos || path.size() >= PATH_MAX) return false;
    while (true) {
        const auto slash = path.find('/');
        const auto segment = path.substr(0, slash);
        const bool last = slash == std::string_view::npos;
        if (segment.empty() && !last) return false;
        if (segment == "." || segment == "..") return false;
        if (!hidden && segment.starts_with('.') && segment != ".well-known") return false;
        if (last) return true;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace sio::http
