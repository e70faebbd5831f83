#include "security.hpp"

#include <utility>

namespace chat {

sio::Middleware security_headers() {
    return [](sio::App next) -> sio::App {
        return [next = std::move(next)](sio::Environ& environ) {
            const bool https = environ.is_secure();  // before next(), which may move the environ away
            auto response = next(environ);
            auto& headers = response.headers;
            // 'self' for connect-src includes ws: and wss: of this host.
            headers.set("Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
                        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("X-Frame-Options", "DENY");  // for browsers that do not know frame-ancestors
            headers.set("Referrer-Policy", "same-origin");
            headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
            headers.set("Cross-Origin-Opener-Policy", "same-origin");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            if (https) headers.set("Strict-Transport-Security", "max-age=31536000");
            // What a page shows depends on who asks and changes all the time.
            if (headers.get("Content-Type").starts_with("text/html")) headers.set("Cache-Control", "no-store");
            return response;
        };
    };
}

}  // namespace chat
