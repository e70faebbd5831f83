#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <sio/app.hpp>

namespace sio {

struct BasicCredentials {
    std::string user;
    std::string password;
};

/// Name and password of an `Authorization: Basic` field (RFC 7617); nothing without one, or when it is malformed.
std::optional<BasicCredentials> basic_credentials(const Environ& environ);

/// Lets in who `check` says yes to; asks the others for name and password (401). `check` runs in the request's greenlet
/// and may block; it should take as long for an unknown user as for a wrong password. Who it was: get<BasicCredentials>()
/// of the environ. Only sensible over https.
Middleware basic_auth(std::string_view realm, std::function<bool(const BasicCredentials&)> check);

}  // namespace sio
