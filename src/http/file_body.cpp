#include "http/file_body.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace sio::http {

namespace {

[[noreturn]] void fail(const FileBody& body, const char* what) { throw std::runtime_error(body.path + ": " + what); }

constexpr const char* too_short = "the file is shorter than announced";

std::shared_ptr<const int> open_path(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path);
    return {new int(descriptor), [](const int* fd) {
                ::close(*fd);
                delete fd;
            }};
}

}  // namespace

std::string read_at(int descriptor, std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto at = static_cast<::off_t>(offset + filled);
        const auto got = ::pread(descriptor, bytes.data() + filled, size - filled, at);
        if (got == 0) break;
        if (got > 0) {
            filled += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category());
        }
    }
    bytes.resize(filled);
    return bytes;
}

std::shared_ptr<const int> open_file(const FileBody& body) {
    auto file = body.descriptor ? body.descriptor : open_path(body.path);
    struct ::stat status{};
    if (::fstat(*file, &status) != 0) throw std::system_error(errno, std::generic_category(), body.path);
    if (!S_ISREG(status.st_mode)) fail(body, "not a regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (body.offset > size || body.length > size - body.offset) fail(body, too_short);
    return file;
}

std::string read_file(const FileBody& body) {
    std::string bytes = read_at(*open_file(body), body.offset, static_cast<std::size_t>(body.length));
    if (bytes.size() < body.length) fail(body, too_short);
    return bytes;
}

}  // namespace sio::http
