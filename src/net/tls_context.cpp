#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <sio/error.hpp>

namespace sio::net {

namespace {

[[noreturn]] void cannot_start(const std::string& what) {
    ERR_clear_error();
    throw Error(errc::cannot_start, what);
}

std::string last_reason() {
    const auto code = ERR_peek_last_error();
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "unknown reason";
}

void check_readable(std::string_view kind, const std::string& path) {
    if (auto* file = std::fopen(path.c_str(), "rb")) {
        const bool readable = std::fgetc(file) != EOF || std::ferror(file) == 0;
        const int error = errno;
        std::fclose(file);
        if (readable) return;
        errno = error;
    }
    cannot_start("cannot read " + std::string(kind) + " '" + path + "': " + std::strerror(errno));
}

/// Called only when the key is encrypted; there is nobody to ask.
int refuse_password(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return 0;
}

int select_http_1_1(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned int in_size, void*) {
    static constexpr unsigned char http_1_1[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, http_1_1, sizeof http_1_1 - 1, in, in_size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

TlsContext::TlsContext(const TlsFiles& files) : context_(SSL_CTX_new(TLS_server_method())) {
    if (!context_) cannot_start("cannot set up TLS: " + last_reason());
    auto* context = context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Tickets resume sessions without memory of the server.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, select_http_1_1, nullptr);

    ERR_clear_error();
    check_readable("certificate chain", files.certificate_chain);
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate_chain.c_str()) != 1) {
        cannot_start("certificate chain '" + files.certificate_chain + "' is unusable: " + last_reason());
    }
    check_readable("private key", files.private_key);
    bool asked_for_password = false;
    SSL_CTX_set_default_passwd_cb(context, refuse_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &asked_for_password);
    const int used = SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM);
    const auto why = last_reason();
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    if (asked_for_password) {
        cannot_start("private key '" + files.private_key + "' is encrypted; an unencrypted key is needed");
    }
    // use_PrivateKey compares with the certificate that has been loaded, and says so when they differ.
    if (used != 1 && ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_VALUES_MISMATCH &&
        ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_TYPE_MISMATCH) {
        cannot_start("private key '" + files.private_key + "' is unusable: " + why);
    }
    if (used != 1 || SSL_CTX_check_private_key(context) != 1) {
        cannot_start("private key '" + files.private_key + "' does not belong to certificate '" +
                     files.certificate_chain + "'");
    }
}

}  // namespace sio::net
