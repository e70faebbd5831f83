#include "client/tls.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>

#include <sio/greenlet.hpp>

using sio::client::shared_tls_context;

namespace {

/// Of nobody: made with `openssl req -x509 -newkey ec ... -subj /CN=sio-test`, its key thrown away.
constexpr const char* test_certificate = R"(-----BEGIN CERTIFICATE-----
MIIBfDCCASOgAwIBAgIUXsiGWJFlzYdMwpqZ830Cu1q7LrQwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIc2lvLXRlc3QwIBcNMjYxMjAxMTUzMDU5WhgPMjEyNjExMDcx
NTMwNTlaMBMxETAPBgNVBAMMCHNpby10ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEtL6TIgIsEWZkkiyvo7xOeoIlkuZJzE4Uyj2kw/5QRHymViqUFaiDCnAc
BRSL4QqL3DAF9rigOqYL72v+XSa+NaNTMFEwHQYDVR0OBBYEFK2dtC8SZoUQhGxR
p8hFQ1MbQNt4MB8GA1UdIwQYMBaAFK2dtC8SZoUQhGxRp8hFQ1MbQNt4MA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgBK/OXI0vpGYv3pTgqj2eJW/5
s3Xf4CHWzu0ExckNkXUCICTOI5+sSnI8PwQu4RvbFjk465FpPcri56ECRfds2oMj
-----END CERTIFICATE-----
)";

}  // namespace

TEST_CASE("certificates are read once for the same options, and again when their file has changed") {
    const std::string path = "/tmp/sio-tls-test-" + std::to_string(::getpid());
    struct Remove {
        const std::string& path;
        ~Remove() { std::remove(path.c_str()); }
    } const remove{path};
    const auto write = [&](const char* comment) {
        std::FILE* file = std::fopen(path.c_str(), "w");
        std::fputs(comment, file);
        std::fputs(test_certificate, file);
        std::fclose(file);
    };
    write("one\n");
    sio::run([&] {
        const sio::ClientTls options{.ca_file = path};
        const auto first = shared_tls_context(options);
        CHECK(shared_tls_context(options).get() == first.get());
        CHECK(shared_tls_context({.ca_file = path, .verify = false}).get() != first.get());
        write("another one\n");
        CHECK(shared_tls_context(options).get() != first.get());
        CHECK(shared_tls_context({.verify = false}).get() == shared_tls_context({.verify = false}).get());
        CHECK_THROWS_AS(shared_tls_context({.ca_file = "/nonexistent"}), std::system_error);
    });
}
