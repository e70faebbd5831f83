#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <sio/byte_link.hpp>

namespace sio::net {

/// What a connection speaks as long as the server itself owns it: HTTP/1.1.
///
/// A ByteReceiver that, unlike others, goes on after the peer has closed its side: on_bytes() may still bring what had
/// arrived before, and answers may still be written. It ends the connection by Connection::close().
class Protocol : public ByteReceiver, public boost::intrusive_ref_counter<Protocol, boost::thread_unsafe_counter> {
public:
    /// The TLS handshake is done.
    virtual void on_handshake() {}
    /// The peer sends no more. Called once; on_end() follows only if the connection fails.
    virtual void on_half_close() = 0;
    /// The server stops: end as soon as nothing is under way.
    virtual void stop() = 0;
};

using ProtocolPtr = boost::intrusive_ptr<Protocol>;

}  // namespace sio::net
