#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <string>

#include <sio/client_tls.hpp>

#include "client/url.hpp"
#include "greenlet/loop.hpp"

namespace sio::client {

using Tcp = boost::asio::basic_stream_socket<boost::asio::ip::tcp, greenlet::Loop::Executor>;
using Tls = boost::asio::ssl::stream<Tcp>;

/// Connects the current greenlet to the URL's host. Throws std::system_error, and what blocking calls throw.
Tcp connect(const Url& url);

/// What `options` says, ready for handshakes. Throws std::system_error when the file cannot be read.
boost::asio::ssl::context make_tls_context(const ClientTls& options);

/// TLS on a connection, with the host's name checked against the certificate. Throws as connect().
Tls secure(Tcp socket, boost::asio::ssl::context& context, const Url& url, const ClientTls& options);

/// Throws what the class comments of the clients say: Error(errc::connection_closed) when the peer went away,
/// Error(errc::limit_exceeded), or std::system_error.
[[noreturn]] void fail(const boost::system::error_code& error, const std::string& what);

}  // namespace sio::client
