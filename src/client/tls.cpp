#include "client/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

#include "http/offloaded.hpp"

namespace sio::client {

namespace {

/// OpenSSL's way to a socket. Its own would raise SIGPIPE when the peer has closed.
struct SocketBio {
    static int read(BIO* bio, char* data, int size) {
        BIO_clear_retry_flags(bio);
        const auto got = ::recv(descriptor(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT);
        if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        if (got < 0 && is_retry()) BIO_set_retry_read(bio);
        return static_cast<int>(got);
    }
    static int write(BIO* bio, const char* data, int size) {
        BIO_clear_retry_flags(bio);
        const auto put = ::send(descriptor(bio), data, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (put < 0 && is_retry()) BIO_set_retry_write(bio);
        return static_cast<int>(put);
    }
    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    static BIO* make(int descriptor) {
        static BIO_METHOD* const methods = [] {
            auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sio client");
            if (made == nullptr) throw std::bad_alloc();
            BIO_meth_set_read(made, read);
            BIO_meth_set_write(made, write);
            BIO_meth_set_ctrl(made, control);
            return made;
        }();
        BIO* bio = BIO_new(methods);
        if (bio == nullptr) throw std::bad_alloc();
        BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(descriptor)));
        BIO_set_init(bio, 1);
        return bio;
    }

private:
    static int descriptor(BIO* bio) noexcept {
        return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
    }
    static bool is_retry() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }
};

bool is_numeric(const std::string& host) noexcept {
    unsigned char address[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, host.c_str(), address) == 1 || ::inet_pton(AF_INET6, host.c_str(), address) == 1;
}

/// What a context was made of, so that it is made anew when that has changed.
struct Trusted {
    std::string ca_file;
    bool verify = true;

    bool operator==(const Trusted&) const = default;
};

struct Stamp {
    std::int64_t modified_s = 0;
    std::int64_t modified_ns = 0;
    std::int64_t bytes = 0;

    bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::string& file) noexcept {
    struct stat status{};
    if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
    return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

struct Kept {
    Trusted trusted;
    Stamp stamp;
    std::chrono::steady_clock::time_point made;
    TlsContext context;
};

/// Those that were used last, the latest at the end.
class KeptContexts {
public:
    /// Null when there is none that is good still.
    TlsContext find(const Trusted& trusted, const Stamp& stamp) {
        const std::lock_guard lock(mutex_);
        const auto found =
            std::find_if(all_.begin(), all_.end(), [&](const Kept& kept) { return kept.trusted == trusted; });
        if (found == all_.end()) return nullptr;
        if (found->stamp != stamp || std::chrono::steady_clock::now() - found->made > longest_kept) {
            all_.erase(found);
            return nullptr;
        }
        std::rotate(found, found + 1, all_.end());
        return reference_to(all_.back().context);
    }
    void keep(Trusted trusted, const Stamp& stamp, const TlsContext& context) {
        const std::lock_guard lock(mutex_);
        std::erase_if(all_, [&](const Kept& kept) { return kept.trusted == trusted; });
        if (all_.size() == most_kept) all_.erase(all_.begin());
        all_.push_back({std::move(trusted), stamp, std::chrono::steady_clock::now(), reference_to(context)});
    }

private:
    static constexpr std::size_t most_kept = 16;
    static constexpr std::chrono::hours longest_kept{1};

    static TlsContext reference_to(const TlsContext& context) noexcept {
        SSL_CTX_up_ref(context.get());
        return TlsContext(context.get());
    }

    std::mutex mutex_;
    std::vector<Kept> all_;
};

}  // namespace

TlsContext shared_tls_context(const ClientTls& options) {
    static KeptContexts contexts;
    const Trusted trusted{options.ca_file, options.verify};
    // Before it is read: one that changes meanwhile is read again.
    const Stamp stamp = stamp_of(options.ca_file);
    if (TlsContext found = contexts.find(trusted, stamp)) return found;
    TlsContext made = http::offloaded(detail::PoolPurpose::files, [&] { return make_tls_context(options); });
    contexts.keep(trusted, stamp, made);
    return made;
}

void FreeTls::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }
void FreeTls::operator()(ssl_st* session) const noexcept { SSL_free(session); }

TlsContext make_tls_context(const ClientTls& options) {
    TlsContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    ERR_clear_error();
    const int loaded = options.ca_file.empty()
                           ? SSL_CTX_set_default_verify_paths(context.get())
                           : SSL_CTX_load_verify_locations(context.get(), options.ca_file.c_str(), nullptr);
    if (loaded != 1) {
        const std::string reason = tls_reason(nullptr);
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "trusted certificates " + options.ca_file + ": " + reason);
    }
    SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    return context;
}

TlsSession make_tls_session(ssl_ctx_st* context, int descriptor, const std::string& host, const ClientTls& options) {
    TlsSession session(SSL_new(context));
    if (!session) throw std::bad_alloc();
    BIO* bio = SocketBio::make(descriptor);
    SSL_set_bio(session.get(), bio, bio);
    SSL_set_connect_state(session.get());
    const bool numeric = is_numeric(host);
    // The name is not sent for a numeric address (RFC 6066, 3).
    if (!numeric) SSL_set_tlsext_host_name(session.get(), host.c_str());
    if (options.verify) {
        const int set = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), host.c_str())
                                : SSL_set1_host(session.get(), host.c_str());
        if (set != 1) throw std::bad_alloc();
    }
    return session;
}

std::string tls_reason(const ssl_st* session) {
    const auto code = ERR_get_error();
    ERR_clear_error();
    if (session != nullptr) {
        const long verified = SSL_get_verify_result(session);
        if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
    }
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "protocol error";
}

}  // namespace sio::client
