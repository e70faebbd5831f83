#pragma once

#include <string>

namespace sio {

/// Whom a client trusts on https and wss. TLS 1.2 and later. Certificates are read once for all connections with the same options,
/// and again when the file has changed.
struct ClientTls {
    /// PEM: certificates of authorities, in place of the system's.
    std::string ca_file = {};
    /// Whether the server must have a certificate of a trusted authority for the host's name. Only tests set this to false.
    bool verify = true;
};

}  // namespace sio
