#pragma once

#include <string>
#include <string_view>

namespace sio {

// Both take about a third of a second and 32 MB, on purpose. In a greenlet they run on threads of their own
// (ThreadOptions::passwords) while the greenlet waits: more attempts to sign in at once wait for each other, and for nothing else.
// Elsewhere they are plain calls. In a greenlet they throw what blocking calls throw.

/// A text to store in place of the password: scrypt (RFC 7914) with a salt of its own, as `$scrypt$ln=15,r=8,p=3$...$...`.
std::string hash_password(std::string_view password);

/// Whether `password` is the one that `stored` was made of. False for a `stored` that is malformed or would cost more than
/// 256 MB or sixteen times the default's work.
bool verify_password(std::string_view password, std::string_view stored);

/// Whether hash_password() would choose other costs today: hash anew at the next successful login.
bool password_needs_rehash(std::string_view stored);

}  // namespace sio
