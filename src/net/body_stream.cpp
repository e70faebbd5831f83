#include "net/body_stream.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <string>
#include <utility>

#include <sio/error.hpp>
#include <sio/greenlet.hpp>
#include <sio/log.hpp>
#include <sio/offload.hpp>

#include "http/file_body.hpp"
#include "net/http_connection.hpp"
#include "net/shard.hpp"

namespace sio::net {

namespace {

/// What a fast client may take before others on the shard get their turn.
constexpr std::size_t bytes_between_pauses = 256 * 1024;
/// A file is read and sent in pieces of this size.
constexpr std::size_t file_piece = 64 * 1024;

struct OpenFile {
    std::shared_ptr<const int> descriptor;
    std::string first_piece;
};

/// Opens a file and reads the first piece of its range, all in one go of a pool thread.
OpenFile open_file(const FileBody& body) {
    auto descriptor = http::open_file(body);
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(body.length, file_piece));
    auto piece = http::read_at(*descriptor, body.offset, size);
    return {std::move(descriptor), std::move(piece)};
}

void send_file(HttpConnection& connection, const Response& response) {
    const auto& body = *response.file;
    OpenFile file;
    std::string failure;
    try {
        file = detail::offload_step(detail::PoolPurpose::files, [&] { return open_file(body); });
    } catch (const std::exception& error) {
        failure = error.what();
    }
    if (!failure.empty()) {
        log(LogLevel::error, "http", "cannot send a file: " + failure);
        return connection.respond_instead(Response(500, "Internal Server Error\n"));
    }
    if (!connection.open()) return;
    BodyStream stream(connection, false);
    connection.send_head(response, false, body.length);
    auto piece = std::move(file.first_piece);
    for (std::uint64_t sent = 0; sent < body.length;) {
        if (piece.empty()) throw std::runtime_error("the file '" + body.path + "' became shorter while it was sent");
        sent += piece.size();
        stream.write(piece);
        if (sent == body.length) break;
        const auto next = static_cast<std::size_t>(std::min<std::uint64_t>(body.length - sent, file_piece));
        piece = detail::offload_step(detail::PoolPurpose::files,
                                     [&] { return http::read_at(*file.descriptor, body.offset + sent, next); });
    }
    stream.finish();
}

void send_stream(HttpConnection& connection, const Response& response) {
    BodyStream stream(connection, connection.chunks());
    connection.send_head(response, true, 0);
    response.writer(stream);
    stream.finish();
}

}  // namespace

void start_stream(HttpConnection& connection, Response response) {
    auto job = [held = boost::intrusive_ptr<HttpConnection>(&connection),
                answer = std::make_unique<Response>(std::move(response))] {
        try {
            (answer->file ? send_file : send_stream)(*held, *answer);
        } catch (const std::exception& error) {
            // That the client has gone is no fault of the application.
            const bool gone = !held->connection().open();
            const auto level = gone ? LogLevel::debug : LogLevel::error;
            if (log_enabled(level)) log(level, "http", std::string("a response was cut off: ") + error.what());
            held->cut_response();
        } catch (...) {  // a greenlet that is killed, perhaps before there was anything to cut off
            held->cut_response();
            throw;
        }
    };
    try {
        connection.connection().shard().loop().enter(std::move(job));
    } catch (const std::exception& error) {
        log(LogLevel::error, "http", std::string("a response cannot be sent: ") + error.what());
        connection.respond_instead(Response(503, "Service Unavailable\n"));
    }
}

BodyStream::BodyStream(HttpConnection& connection, bool chunked) : connection_(&connection), chunked_(chunked) {
    connection.attach_stream(this);
}

BodyStream::~BodyStream() {
    connection_->attach_stream(nullptr);
    if (!finished_) connection_->cut_response();
}

void BodyStream::check_open() const {
    if (!connection_->open()) throw Error(errc::connection_closed, "the client has closed the connection");
}

void BodyStream::write(std::string_view bytes) {
    check_open();
    if (bytes.empty()) return;  // an empty chunk would be the last
    auto& connection = connection_->connection();
    if (chunked_) {
        std::array<char, 18> line;
        auto* end = std::to_chars(line.data(), line.data() + 16, bytes.size(), 16).ptr;
        *end++ = '\r';
        *end++ = '\n';
        connection.write(std::string_view(line.data(), static_cast<std::size_t>(end - line.data())));
    }
    connection.write(bytes);
    if (chunked_) connection.write("\r\n");
    since_pause_ += bytes.size();
    wait_for_room();
}

void BodyStream::wait_for_room() {
    auto& connection = connection_->connection();
    const auto high_water = connection.shard().limits().high_water_bytes;
    if (connection.queued_bytes() > high_water) connection.flush();
    while (connection_->open() && connection.queued_bytes() > high_water) {
        news_.clear();
        news_.wait();
        since_pause_ = 0;
    }
    if (since_pause_ >= bytes_between_pauses) {
        since_pause_ = 0;
        sleep({});
    }
    check_open();
}

void BodyStream::finish() {
    check_open();
    if (chunked_) connection_->connection().write("0\r\n\r\n");
    finished_ = true;
    connection_->attach_stream(nullptr);
    connection_->finish_response();
}

}  // namespace sio::net
