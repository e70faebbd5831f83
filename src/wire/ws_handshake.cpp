#include "wire/ws_handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "util/ascii.hpp"
#include "util/base64.hpp"

namespace sio::wire {
namespace {

// RFC 6455 section 1.3.
constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// SHA-1 by an algorithm looked up once and a context that is used again: SHA1() looks it up each time, which costs more
/// than the digest. One for each thread.
class Sha1 {
public:
    using Digest = std::array<char, SHA_DIGEST_LENGTH>;

    Digest of(std::string_view text) {
        Digest digest;
        auto* const bytes = reinterpret_cast<unsigned char*>(digest.data());
        if (EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) != 1 ||
            EVP_DigestUpdate(context_.get(), text.data(), text.size()) != 1 ||
            EVP_DigestFinal_ex(context_.get(), bytes, nullptr) != 1) {
            throw std::runtime_error("OpenSSL has no SHA-1, which WebSocket handshakes need");
        }
        return digest;
    }

private:
    struct Free {
        void operator()(EVP_MD* algorithm) const noexcept { EVP_MD_free(algorithm); }
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD, Free> algorithm_{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

// Sixteen bytes in base64: 22 characters, the last of which carries two bits, and padding.
bool valid_key(std::string_view key) noexcept {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    for (const char c : key.substr(0, 22)) {
        const char lower = util::ascii_lower(c);
        if (!(lower >= 'a' && lower <= 'z') && !util::ascii_digit(c) && c != '+' && c != '/') return false;
    }
    return true;
}

}  // namespace

std::string_view error_text(WsUpgradeError error) noexcept {
    switch (error) {
        case WsUpgradeError::none: return "no error";
        case WsUpgradeError::bad_method: return "the method of a WebSocket request must be GET";
        case WsUpgradeError::bad_http_version: return "a WebSocket request needs HTTP/1.1";
        case WsUpgradeError::missing_host: return "Host missing";
        case WsUpgradeError::not_an_upgrade: return "not a WebSocket upgrade";
        case WsUpgradeError::bad_version: return "unsupported Sec-WebSocket-Version";
        case WsUpgradeError::bad_key: return "invalid Sec-WebSocket-Key";
    }
    return "unknown error";
}

WsUpgradeError check_upgrade(const WsUpgradeRequest& request) noexcept {
    if (request.method != "GET") return WsUpgradeError::bad_method;
    if (request.http_version < 11) return WsUpgradeError::bad_http_version;
    if (request.host.empty()) return WsUpgradeError::missing_host;
    if (!util::list_has_token(request.upgrade, "websocket") || !util::list_has_token(request.connection, "upgrade")) {
        return WsUpgradeError::not_an_upgrade;
    }
    if (util::trim_ows(request.sec_websocket_version) != "13") return WsUpgradeError::bad_version;
    if (!valid_key(util::trim_ows(request.sec_websocket_key))) return WsUpgradeError::bad_key;
    return WsUpgradeError::none;
}

std::string websocket_accept(std::string_view key) {
    std::string text(util::trim_ows(key));
    text += accept_guid;
    thread_local Sha1 sha1;
    const auto digest = sha1.of(text);
    return util::base64_encode({digest.data(), digest.size()});
}

}  // namespace sio::wire
