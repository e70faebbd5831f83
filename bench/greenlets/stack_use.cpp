// How much stack common calls need: each runs on a stack that was filled with a pattern, and what is left of that is counted.
// Usage: bench_stack_use. The table in docs/guides/greenlets.md is what it prints, built with -O2 and with -O0.

#include <netdb.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

constexpr std::size_t stack_bytes = 8 * 1024 * 1024;
constexpr unsigned char pattern = 0xa5;

void* call(void* function) {
    (*static_cast<std::function<void()>*>(function))();
    return nullptr;
}

/// What a thread touches of its stack while it calls `function`.
std::size_t touched(std::function<void()> function) {
    void* stack = mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memset(stack, pattern, stack_bytes);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, stack_bytes);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, call, &function) != 0) std::abort();
    pthread_join(thread, nullptr);
    const auto* bytes = static_cast<const unsigned char*>(stack);
    const std::size_t untouched =
        static_cast<std::size_t>(std::find_if(bytes, bytes + stack_bytes, [](auto b) { return b != pattern; }) - bytes);
    munmap(stack, stack_bytes);
    return stack_bytes - untouched;
}

/// The most of three: what is bound lazily or kept for later is not of the first call alone.
std::size_t need(const std::function<void()>& function) {
    static const std::size_t empty = touched([] {});
    std::size_t most = 0;
    for (int i = 0; i < 3; ++i) most = std::max(most, touched(function));
    return most - empty;
}

void row(const char* what, const std::function<void()>& function) {
    std::printf("| %s | %.1f KiB |\n", what, static_cast<double>(need(function)) / 1024);
    std::fflush(stdout);
}

// --- TLS, both sides in memory ---------------------------------------------------------------------------------------

template <auto free>
struct Free {
    template <class T>
    void operator()(T* object) const {
        free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Free<SSL_free>>;

Certificate self_signed(EVP_PKEY* key) {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key, EVP_sha256());
    return certificate;
}

struct Tls {
    explicit Tls(Key with) : key(std::move(with)), certificate(self_signed(key.get())) {
        SSL_CTX_use_certificate(server.get(), certificate.get());
        SSL_CTX_use_PrivateKey(server.get(), key.get());
        X509_STORE_add_cert(SSL_CTX_get_cert_store(client.get()), certificate.get());
        SSL_CTX_set_verify(client.get(), SSL_VERIFY_PEER, nullptr);
    }
    void shake_hands() const {
        const Session accepting(SSL_new(server.get()));
        const Session connecting(SSL_new(client.get()));
        BIO* ends[2];
        BIO_new_bio_pair(&ends[0], 0, &ends[1], 0);
        SSL_set_bio(accepting.get(), ends[0], ends[0]);
        SSL_set_bio(connecting.get(), ends[1], ends[1]);
        SSL_set_accept_state(accepting.get());
        SSL_set_connect_state(connecting.get());
        for (int i = 0; i < 20; ++i) {
            SSL_do_handshake(connecting.get());
            SSL_do_handshake(accepting.get());
        }
        if (!SSL_is_init_finished(connecting.get()) || !SSL_is_init_finished(accepting.get())) std::abort();
    }

    Key key;
    Certificate certificate;
    Context server{SSL_CTX_new(TLS_server_method())};
    Context client{SSL_CTX_new(TLS_client_method())};
};

// --- the table -------------------------------------------------------------------------------------------------------

bool matches(const char* expression, std::size_t length) {
    const std::string text(length, 'a');
    const std::regex regex(expression);
    return std::regex_match(text, regex);
}

void parse(std::size_t depth) {
    const std::string text = std::string(depth, '[') + std::string(depth, ']');
    boost::json::parse_options options;
    options.max_depth = depth;
    const auto value = boost::json::parse(text, {}, options);
    const auto copy = value;
    if (!(copy == value) || boost::json::serialize(copy).size() != text.size()) std::abort();
}

[[gnu::noinline]] void throw_from_below(int depth) {
    if (depth == 0) throw std::runtime_error("thrown");
    throw_from_below(depth - 1);
    std::printf("%s", "");
}

void look_up(const char* name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (getaddrinfo(name, "80", &hints, &list) == 0) freeaddrinfo(list);
}

void print_long_doubles() {
    char text[6000];
    std::snprintf(text, sizeof text, "%.3Lf %Le", 1e4000L, 1e-4000L);
}

}  // namespace

int main() {
    std::printf("| call | stack |\n|---|---|\n");
    row("`throw` and `catch`, ten frames between", [] {
        try {
            throw_from_below(10);
        } catch (const std::exception&) {
        }
    });
    row("`std::snprintf` of a `double`", [] {
        char text[400];
        std::snprintf(text, sizeof text, "%.17g", 1e300);
    });
    row("`std::snprintf` of a `long double` with 4000 digits (6 KB of it the caller's array)", print_long_doubles);
    row("`std::ostringstream` with numbers and text", [] {
        std::ostringstream out;
        out << 1 << ' ' << 2.5 << " three";
    });
    row("`std::regex` made, `[a-z]+@[a-z]+`", [] { const std::regex regex("[a-z]+@[a-z]+"); });
    row("`std::regex_match`, `[a-z]+`, 80 characters", [] { matches("[a-z]+", 80); });
    row("`std::regex_match`, `[a-z]+`, 256 characters", [] { matches("[a-z]+", 256); });
    row("`std::regex_match`, `(a|b)*`, 80 characters", [] { matches("(a|b)*", 80); });
    row("`std::regex_match`, `(a|b)*`, 256 characters", [] { matches("(a|b)*", 256); });
    row("`boost::json::parse`, `serialize`, copy, compare: 32 levels", [] { parse(32); });
    row("`boost::json::parse`, `serialize`, copy, compare: 1024 levels", [] { parse(1024); });
    const Tls ec(Key(EVP_EC_gen("P-256")));
    row("TLS handshake, P-256, certificate verified", [&] { ec.shake_hands(); });
    const Tls rsa(Key(EVP_RSA_gen(4096)));
    row("TLS handshake, RSA 4096, certificate verified", [&] { rsa.shake_hands(); });
    row("`getaddrinfo`, a name of `/etc/hosts`", [] { look_up("localhost"); });
    row("`getaddrinfo`, a name that is asked for", [] { look_up("no-such-host.invalid"); });
}
