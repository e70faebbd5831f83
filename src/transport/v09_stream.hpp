#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <sio/byte_link.hpp>
#include <sio/exchange.hpp>

#include "session/v09_session.hpp"
#include "transport/v09_request.hpp"

namespace sio::transport {

/// The body of an answer that does not end: the forms of `htmlfile` and `xhr-multipart`, in chunks for HTTP/1.1.
class V09StreamBody {
public:
    /// Answers `exchange` with the head of such a response and the beginning of its body. Null when its server cannot;
    /// it has then been answered with 501.
    static std::unique_ptr<V09StreamBody> begin(V09Transport kind, Exchange& exchange);

    /// Writes what the client takes for one payload.
    void write(std::string_view payload);
    /// Ends the body, and the connection when all has been sent.
    void end();
    ByteLink& link() noexcept { return *link_; }

private:
    V09StreamBody(V09Transport kind, bool chunked, std::string boundary, std::unique_ptr<ByteLink> link);
    void write_piece(std::string_view piece);

    std::unique_ptr<ByteLink> link_;
    std::string boundary_;  // of multipart
    V09Transport kind_;
    bool chunked_;
};

/// A GET of `htmlfile` or `xhr-multipart`: every packet of the session is written into its answer as it comes.
class V09Stream final : public session::Transport, private ByteReceiver {
public:
    V09Stream(session::V09Session& session, V09Transport kind, std::unique_ptr<V09StreamBody> body);
    ~V09Stream() override;

    /// Begins to watch the connection; the session must know the transport already.
    void start();

    std::string_view name() const noexcept override { return transport_name(kind_); }
    bool direct() const noexcept override { return true; }
    session::Frames takes_frames() const noexcept override { return session::Frames::none; }
    bool ready() const noexcept override;
    std::size_t queued_bytes() const noexcept override;
    void send(bool binary, std::string_view packet) override;
    void send_frames(const std::shared_ptr<const std::string>& frames) override;
    void fetch() override {}
    void flush() override;
    /// What the client sends comes with other requests.
    void pause_reading() override {}
    void resume_reading() override {}
    void close(session::CloseReason reason) override;
    void leave() override { end(); }

private:
    std::size_t on_bytes(char* data, std::size_t size) override;
    void on_end(std::string_view reason) override;
    void on_drained() override;
    void end();

    session::V09Session* session_;  // null once the session is done with this transport
    std::unique_ptr<V09StreamBody> body_;
    V09Transport kind_;
};

}  // namespace sio::transport
