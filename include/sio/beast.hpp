#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <sio/detail/host_stream.hpp>
#include <sio/server.hpp>

/// Mounts sio under the router of a server that is written with Boost.Beast: same port, same TLS, same pages.
///
/// ```
/// if (server.owns(request.target()))
///     return sio::beast::serve(server, std::move(stream), std::move(request), std::move(buffer));
/// ```
///
/// A stream is a `tcp::socket`, a `beast::tcp_stream`, or either of them within a `beast::ssl_stream`, on any executor.
/// It must be used by one thread at a time (one thread, or a strand as its executor), as Beast demands anyway.
/// The server must have been started, and be stopped before the host's io_context is destroyed.
namespace sio::beast {

namespace detail {

template <class Stream>
concept has_expiry = requires(Stream& stream) { stream.expires_never(); };

/// The socket under all layers.
template <class Stream>
auto& socket_of(Stream& stream) {
    auto& lowest = boost::beast::get_lowest_layer(stream);
    if constexpr (requires { lowest.socket(); }) {
        return lowest.socket();
    } else {
        return lowest;
    }
}

/// Whether nothing lies between sio and the socket, so that the socket itself can move.
template <class Stream>
inline constexpr bool is_plain =
    std::is_same_v<std::remove_cvref_t<decltype(boost::beast::get_lowest_layer(std::declval<Stream&>()))>,
                   std::remove_cvref_t<Stream>>;

/// A Beast stream that somebody else keeps alive until `Done` is called.
template <class Stream, class DynamicBuffer, class Done>
class StreamBridge final : public sio::detail::HostStream,
                           public std::enable_shared_from_this<StreamBridge<Stream, DynamicBuffer, Done>> {
public:
    StreamBridge(Stream& stream, DynamicBuffer& buffer, Done done)
        : stream_(stream),
          buffer_(buffer),
          executor_(boost::asio::prefer(boost::asio::any_io_executor(stream.get_executor()),
                                        boost::asio::execution::outstanding_work.tracked)),
          done_(std::move(done)) {
        auto& lowest = boost::beast::get_lowest_layer(stream_);
        if constexpr (has_expiry<std::remove_reference_t<decltype(lowest)>>) lowest.expires_never();
    }

    ~StreamBridge() override {
        // sio was stopped in the middle of something: whoever waits for the stream gets it back all the same.
        if (!finished_) boost::asio::post(stream_.get_executor(), [done = std::move(done_)]() mutable { done(false); });
    }

    void write(std::string bytes, std::function<void(bool)> done) override {
        hop([bytes = std::move(bytes), done = std::move(done)](auto self) mutable {
            self->stop_watching();
            auto text = std::make_unique<std::string>(std::move(bytes));
            const auto buffer = boost::asio::buffer(*text);
            boost::asio::async_write(
                self->stream_, buffer,
                [self, text = std::move(text), done = std::move(done)](auto error, std::size_t) { done(!error); });
        });
    }

    void read(std::function<void(std::string)> done) override {
        hop([done = std::move(done)](auto self) mutable {
            if (self->buffer_.size() != 0) return done(self->take_buffer());
            auto chunk = std::make_unique<std::string>(read_size, '\0');
            const auto buffer = boost::asio::buffer(*chunk);
            self->stream_.async_read_some(
                buffer, [self, chunk = std::move(chunk), done = std::move(done)](auto error, std::size_t size) mutable {
                    chunk->resize(error ? 0 : size);
                    done(std::move(*chunk));
                });
        });
    }

    void watch(std::function<void(bool)> gone) override {
        hop([gone = std::move(gone)](auto self) mutable {
            if (self->buffer_.size() != 0) return;  // the next request is here already: the peer is not gone
            self->watching_ = true;
            auto& socket = socket_of(self->stream_);
            socket.async_wait(boost::asio::socket_base::wait_read, [self, gone = std::move(gone)](auto error) {
                if (error || !std::exchange(self->watching_, false)) return;
                auto& readable = socket_of(self->stream_);
                char byte = 0;
                boost::system::error_code ignored;
                readable.non_blocking(true, ignored);
                boost::system::error_code result;
                const auto size =
                    readable.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, result);
                if (size == 0 && result != boost::asio::error::would_block) gone(result != boost::asio::error::eof);
            });
        });
    }

    void unwatch() override {
        hop([](auto self) { self->stop_watching(); });
    }

    void close() override {
        hop([](auto self) {
            boost::system::error_code ignored;
            auto& socket = socket_of(self->stream_);
            socket.shutdown(boost::asio::socket_base::shutdown_both, ignored);
            socket.cancel(ignored);
        });
    }

    bool releasable() const noexcept override { return is_plain<Stream>; }

    void release(std::function<void(int, std::string)> taken) override {
        if constexpr (is_plain<Stream>) {
            hop([taken = std::move(taken)](auto self) {
                self->stop_watching();
                std::string read_already = self->take_buffer();
                boost::system::error_code error;
                const int fd = socket_of(self->stream_).release(error);
                taken(error ? -1 : fd, std::move(read_already));
                self->give_back(false);
            });
        }
    }

    void finish(bool keep_alive) override {
        hop([keep_alive](auto self) {
            self->stop_watching();
            self->give_back(keep_alive);
        });
    }

private:
    static constexpr std::size_t read_size = 16 * 1024;

    template <class Fn>
    void hop(Fn fn) {
        boost::asio::post(stream_.get_executor(),
                          [self = this->shared_from_this(), fn = std::move(fn)]() mutable { fn(std::move(self)); });
    }

    void give_back(bool keep_alive) {
        if (std::exchange(finished_, true)) return;
        executor_ = {};
        std::move(done_)(keep_alive);
    }

    std::string take_buffer() {
        const auto data = buffer_.data();
        std::string bytes(boost::asio::buffers_begin(data), boost::asio::buffers_end(data));
        buffer_.consume(bytes.size());
        return bytes;
    }

    void stop_watching() {
        if (!std::exchange(watching_, false)) return;
        boost::system::error_code ignored;
        socket_of(stream_).cancel(ignored);
    }

    Stream& stream_;
    DynamicBuffer& buffer_;
    boost::asio::any_io_executor executor_;  // the host's run() must not return meanwhile
    Done done_;
    bool watching_ = false;
    bool finished_ = false;
};

template <class Stream, class Body, class Fields>
HttpRequest convert(Stream& stream, boost::beast::http::request<Body, Fields>& request) {
    HttpRequest result;
    result.method = std::string(request.method_string());
    result.target = std::string(request.target());
    result.version = static_cast<int>(request.version());
    for (const auto& field : request) {
        result.headers.add(std::string_view(field.name_string().data(), field.name_string().size()),
                           std::string_view(field.value().data(), field.value().size()));
    }
    if constexpr (std::is_same_v<typename Body::value_type, std::string>) {
        result.body = std::move(request.body());
    } else {
        static_assert(
            std::is_same_v<Body, boost::beast::http::string_body> || std::is_empty_v<typename Body::value_type>,
            "sio: read the request with http::string_body, so that POST bodies arrive as text");
    }
    result.scheme = is_plain<Stream> ? "http" : "https";
    auto& socket = socket_of(stream);
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    if constexpr (requires { remote.address(); }) {
        if (!error) {
            result.remote_address = remote.address().to_string();
            result.remote_port = remote.port();
        }
        const auto local = socket.local_endpoint(error);
        if (!error) {
            result.local_address = local.address().to_string();
            result.local_port = local.port();
        }
    }
    return result;
}

/// `keep_alive`: whether the host would read another request, if the client wants to send one.
template <class Stream, class Body, class Fields, class DynamicBuffer, class Done>
void start(SocketIOServer& server, Stream& stream, boost::beast::http::request<Body, Fields> request,
           DynamicBuffer& buffer, bool keep_alive, Done done) {
    using Bridge = StreamBridge<Stream, DynamicBuffer, Done>;
    HttpRequest converted = convert(stream, request);
    server.handle(std::make_shared<Bridge>(stream, buffer, std::move(done)), std::move(converted), keep_alive);
}

}  // namespace detail

/// Answers one request of `stream`, and completes when the stream is the host's again.
///
/// `buffer` holds what was read beyond the request. `stream` and `buffer` must stay alive until completion; the host must
/// not use them meanwhile. Any completion token will do:
///
///     bool keep_alive = co_await sio::beast::async_serve(server, stream, std::move(request), buffer, use_awaitable);
///
/// Signature: `void(bool keep_alive)`. True: the request has been answered, read the next one. False: the connection has
/// ended (it was a WebSocket, or the client or sio closed it); drop the stream.
template <class Stream, class Body, class Fields, class DynamicBuffer, class CompletionToken>
auto async_serve(SocketIOServer& server, Stream& stream, boost::beast::http::request<Body, Fields> request,
                 DynamicBuffer& buffer, CompletionToken&& token) {
    return boost::asio::async_initiate<CompletionToken, void(bool)>(
        [](auto handler, SocketIOServer* to, Stream* from, auto message, DynamicBuffer* rest) {
            const auto executor = boost::asio::get_associated_executor(handler, from->get_executor());
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            detail::start(*to, *from, std::move(message), *rest, true, [executor, shared](bool keep_alive) {
                boost::asio::post(executor, [shared, keep_alive] { std::move (*shared)(keep_alive); });
            });
        },
        token, &server, &stream, std::move(request), &buffer);
}

namespace detail {

template <class Stream, class Body, class Fields, class DynamicBuffer, class Resume>
void hand_over(SocketIOServer& server, Stream&& stream, boost::beast::http::request<Body, Fields> request,
               DynamicBuffer&& buffer, bool keep_alive, Resume resume) {
    struct Held {
        Stream stream;
        DynamicBuffer buffer;
    };
    auto held = std::make_shared<Held>(Held{std::move(stream), std::move(buffer)});
    start(server, held->stream, std::move(request), held->buffer, keep_alive,
          [held, resume = std::move(resume)](bool goes_on) mutable {
              if (goes_on) resume(std::move(held->stream), std::move(held->buffer));
          });
}

}  // namespace detail

/// Hands `stream` over for good. When the client keeps the connection open after a request that sio has answered (a poll, an
/// upgrade that it refused), `resume(stream, buffer)` gives it back, to read the next request, which may be for any page of
/// the host; without `resume` the connection is closed instead.
template <class Stream, class Body, class Fields, class DynamicBuffer, class Resume>
requires(!std::is_lvalue_reference_v<Stream> && !std::is_lvalue_reference_v<DynamicBuffer>)
void serve(SocketIOServer& server, Stream&& stream, boost::beast::http::request<Body, Fields> request,
           DynamicBuffer&& buffer, Resume resume) {
    detail::hand_over(server, std::move(stream), std::move(request), std::move(buffer), true, std::move(resume));
}

template <class Stream, class Body, class Fields, class DynamicBuffer>
requires(!std::is_lvalue_reference_v<Stream> && !std::is_lvalue_reference_v<DynamicBuffer>)
void serve(SocketIOServer& server, Stream&& stream, boost::beast::http::request<Body, Fields> request,
           DynamicBuffer&& buffer) {
    detail::hand_over(server, std::move(stream), std::move(request), std::move(buffer), false, [](auto&&, auto&&) {});
}

}  // namespace sio::beast
