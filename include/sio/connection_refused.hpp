#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include <sio/json_object.hpp>

namespace sio {

/// Thrown from recv_connect() or initialize() to turn a client away: it gets a `connect_error` with this message and data.
///
///     void recv_connect() override {
///         if (!valid(auth<Credentials>())) throw sio::ConnectionRefused("not authorized", sio::object("code", 401));
///     }
///
/// Clients 1.x and 2.x get an `error` with the data alone, or else the message. Unlike that of other exceptions, its text is meant for the client.
class ConnectionRefused : public std::runtime_error {
public:
    explicit ConnectionRefused(const std::string& message) : std::runtime_error(message) {}
    template <JsonWritable T>
    ConnectionRefused(const std::string& message, const T& data)
        : std::runtime_error(message), data_(json_text(data)) {}

    /// JSON text; empty: none.
    const std::string& data() const noexcept { return data_; }

private:
    std::string data_;
};

}  // namespace sio
