#include "client/stream.hpp"

#include <openssl/ssl.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sio/asio.hpp>
#include <sio/error.hpp>
#include <sio/resolve.hpp>

namespace sio::client {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::beast::http::error;

Tcp connect(const Url& url) {
    boost::system::error_code failure = asio::error::host_not_found;
    for (const Address& each : sio::resolve({url.host, url.port})) {
        Tcp socket(asio_context());
        socket.async_connect({asio::ip::make_address(each.host), each.port}, yield[failure]);
        if (failure) continue;
        socket.set_option(asio::ip::tcp::no_delay(true));
        return socket;
    }
    fail(failure, "connect to " + url.authority());
}

ssl::context make_tls_context(const ClientTls& options) {
    ssl::context context(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    boost::system::error_code failure;
    if (options.ca_file.empty()) {
        context.set_default_verify_paths(failure);
    } else {
        context.load_verify_file(options.ca_file, failure);
    }
    if (failure) fail(failure, "trusted certificates " + options.ca_file);
    context.set_verify_mode(options.verify ? ssl::verify_peer : ssl::verify_none);
    return context;
}

Tls secure(Tcp socket, ssl::context& context, const Url& url, const ClientTls& options) {
    Tls stream(std::move(socket), context);
    boost::system::error_code failure;
    asio::ip::make_address(url.host, failure);
    // The name is not sent for a numeric address (RFC 6066, 3).
    if (failure) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
    if (options.verify) stream.set_verify_callback(ssl::host_name_verification(url.host));
    stream.async_handshake(ssl::stream_base::client, yield[failure]);
    if (failure) fail(failure, "TLS with " + url.authority());
    return stream;
}

void fail(const boost::system::error_code& failure, const std::string& what) {
    if (failure == asio::error::eof || failure == asio::error::connection_reset ||
        failure == asio::error::broken_pipe || failure == ssl::error::stream_truncated ||
        failure == error::end_of_stream || failure == error::partial_message ||
        failure == boost::beast::websocket::error::closed) {
        throw Error(errc::connection_closed, what + ": the server closed the connection");
    }
    if (failure == error::body_limit || failure == error::header_limit || failure == error::buffer_overflow) {
        throw Error(errc::limit_exceeded, what + ": " + failure.message());
    }
    throw std::system_error(failure, what);
}

}  // namespace sio::client
