#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <sio/args.hpp>
#include <sio/error.hpp>
#include <sio/multi_dict.hpp>

namespace sio {

class Headers;
class Socket;

/// Thrown by Handshake::auth(): an Error(errc::invalid_value) whose text is meant for the client.
class InvalidAuth : public Error {
public:
    explicit InvalidAuth(const std::string& what) : Error(errc::invalid_value, what) {}
};

/// What a client said when it connected to a namespace.
///
/// Valid as long as the namespace.
class Handshake {
public:
    /// The `auth` of the client as a T, such as a described struct; T's optional members may be missing. Throws InvalidAuth when
    /// it is no such thing: where nothing catches that, recv_connect() refuses the client with what is wrong.
    template <JsonReadable T>
    T auth() const {
        try {
            return auth_args().get<T>(0);
        } catch (const Error& error) {
            throw InvalidAuth(error.what());
        }
    }
    template <JsonReadable T>
    std::optional<T> auth_if() const {
        return auth_args().get_if<T>(0);
    }
    /// The auth as JSON text, `{}` when the client sent none. Clients of protocol 4 (1.x, 2.x) have no auth; the query of
    /// their namespace is given as an object of strings in its place.
    const std::string& auth_text() const noexcept { return auth_args().text(); }
    /// The same as the one argument of an Args, to be passed on.
    const Args& auth_args() const noexcept;

    /// A value of query(); empty when there is none.
    std::string_view query(std::string_view name) const;
    /// The query of the session's first URL. A client of protocol 4 (1.x, 2.x) that connects to `/chat?token=1` adds its
    /// own: its values take the place of those by the same name.
    const MultiDict& query() const;
    /// Of the session's first request.
    const Headers& headers() const;
    std::string_view header(std::string_view name) const;
    /// The client's address in numeric form; empty on a Unix socket.
    const std::string& address() const;
    /// Whether it came over TLS.
    bool secure() const;
    /// When the client connected to the namespace.
    std::chrono::system_clock::time_point time() const noexcept { return time_; }

    /// For sio itself. `auth`: JSON text, may be empty.
    Handshake(Socket& socket, std::string_view auth, std::string_view namespace_query);

private:
    /// What the client said for this namespace alone.
    struct Said {
        Args auth;
        MultiDict query;  // the session's added; empty when the namespace brought none
    };

    Socket* socket_;
    std::unique_ptr<Said> said_;  // null: nothing
    std::chrono::system_clock::time_point time_;
};

}  // namespace sio
