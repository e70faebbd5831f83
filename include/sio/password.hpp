#pragma once

#include <string>
#include <string_view>

namespace sio {

// Both take about a third of a second and 32 MB, on purpose: call them through sio::offload().

/// A text to store in place of the password: scrypt (RFC 7914) with a salt of its own, as `$scrypt$ln=15,r=8,p=3$...$...`.
std::string hash_password(std::string_view password);

/// Whether `password` is the one that `stored` was made of. False for a `stored` that is malformed or would cost more than
/// 256 MB or sixteen times the default's work.
bool verify_password(std::string_view password, std::string_view stored);

/// Whether hash_password() would choose other costs today: hash anew at the next successful login.
bool password_needs_rehash(std::string_view stored);

}  // namespace sio
