#include "util/secure_id.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sio::util {
namespace {

// Random bytes of one thread, fetched many at a time: a system call for each id would cost more than the id.
// A forked child must not hand out its parent's ids; sio does not fork, and getrandom's own pool is safe
// across forks.
struct RandomPool {
    std::array<std::byte, 1024> bytes;
    std::size_t used = sizeof bytes;

    void take(std::span<std::byte> to) noexcept {
        if (to.size() > bytes.size() - used) {
            fill_random(bytes);
            used = 0;
        }
        std::memcpy(to.data(), bytes.data() + used, to.size());
        // What was handed out is a secret: it does not stay in memory twice.
        std::memset(bytes.data() + used, 0, to.size());
        used += to.size();
    }
};

}  // namespace

void fill_random(std::span<std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            std::fputs("sio: the system has no random numbers (getrandom failed)\n", stderr);
            std::abort();
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

std::string make_secure_id() {
    static_assert(secure_id_size % 4 == 0);
    thread_local RandomPool pool;
    std::array<std::byte, secure_id_size / 4 * 3> random;
    pool.take(random);

    std::string id(secure_id_size, '\0');
    for (std::size_t group = 0; group < secure_id_size / 4; ++group) {
        const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(random[3 * group + i]); };
        const std::uint32_t bits = at(0) << 16 | at(1) << 8 | at(2);
        for (std::size_t i = 0; i < 4; ++i) id[4 * group + i] = secure_id_alphabet[bits >> (6 * i) & 63];
    }
    return id;
}

}  // namespace sio::util
