#pragma once

#include <string>
#include <vector>

#include <sio/app.hpp>

namespace sio {

struct CsrfOptions {
    /// Field of a form, and header field for scripts; either will do.
    std::string field = "csrf_token";
    std::string header = "X-CSRF-Token";
    /// Paths (with everything below them, from the root of the server) that are not checked, such as `/socket.io`, which
    /// has checks of its own.
    std::vector<std::string> exempt = {};
    /// Other origins whose pages may post here: `https://app.example.org`.
    std::vector<std::string> trusted_origins = {};
};

/// Refuses requests that another site has made a browser send (cross-site request forgery): all but GET, HEAD, OPTIONS and
/// TRACE need the token of the browser's Session, and must come from this origin as far as `Origin` or `Referer` tell.
/// Over https one of the two is required. Refused requests are 403 (HttpError, so there may be a page for it).
///
/// Must stand within session_cookie(): `router.use(session_cookie(...)).use(csrf_protection())`. Behind a proxy that ends
/// TLS, trust_proxy() must come before both, or the origins will not match.
/// Throws std::invalid_argument for a trusted origin that is none.
Middleware csrf_protection(CsrfOptions options = {});

/// The token for forms and scripts of this response. Made with the session on first use, and another text each time (the
/// secret is masked, so that compression does not betray it). Throws std::logic_error without a Session.
std::string csrf_token(const Environ& environ);

/// `<input type="hidden" name="csrf_token" value="...">`, with the field's name as in the options of the middleware.
std::string csrf_field(const Environ& environ);

/// Makes the tokens given so far worthless: for logging in and out.
void rotate_csrf_token(const Environ& environ);

}  // namespace sio
