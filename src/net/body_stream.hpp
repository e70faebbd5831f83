#pragma once

#include <cstddef>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <sio/event.hpp>
#include <sio/response.hpp>

namespace sio::net {

class HttpConnection;

/// Sends the body of `response`, a file or what its writer writes, from a greenlet of its own, beginning now.
void start_stream(HttpConnection& connection, Response response);

/// A response body on its way: lives on the stack of the greenlet that sends it.
///
/// Waits while more than HttpLimits::high_water_bytes are queued for the client. Ending it before finish() resets the
/// connection, so that the client cannot take the part for the whole.
class BodyStream final : public BodyWriter {
public:
    BodyStream(HttpConnection& connection, bool chunked);
    ~BodyStream() override;
    BodyStream(const BodyStream&) = delete;
    BodyStream& operator=(const BodyStream&) = delete;

    void write(std::string_view bytes) override;
    /// Everything has been written.
    void finish();
    /// From the connection: there is room again, or it is over.
    void wake() { news_.set(); }

private:
    void check_open() const;
    void wait_for_room();

    boost::intrusive_ptr<HttpConnection> connection_;
    Event news_;
    std::size_t since_pause_ = 0;
    bool chunked_;
    bool finished_ = false;
};

}  // namespace sio::net
