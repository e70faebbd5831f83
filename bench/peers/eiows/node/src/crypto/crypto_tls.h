#pragma once

// In place of a header from inside Node's sources, which eiows wants for TLS sockets alone: here no socket has TLS.

#include <node.h>
#include <openssl/ssl.h>

#include <memory>

namespace node {

struct BaseObject {};

namespace crypto {

struct TLSWrap : BaseObject {
    const std::unique_ptr<SSL, void (*)(SSL*)>* getSSL() const { return nullptr; }
};

}  // namespace crypto
}  // namespace node

#define ASSIGN_OR_RETURN_UNWRAP(pointer, object) \
    do {                                         \
        *(pointer) = nullptr;                    \
        return;                                  \
    } while (0)
