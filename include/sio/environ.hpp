#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#include <sio/headers.hpp>
#include <sio/http_request.hpp>
#include <sio/multi_dict.hpp>

namespace sio {

class Form;

namespace http {
class KeptEnviron;
}

/// What an app gets: one request, and what routers and middleware have found out about it. WSGI's `environ`.
///
/// ```
/// environ.path()          environ["PATH_INFO"]        /room/a b
/// environ.query()["page"] environ["QUERY_STRING"]     page=2
/// environ.header("Accept") environ["HTTP_ACCEPT"]     text/html
/// environ.param("slug")                               what `<slug>` of the route matched
/// ```
///
/// Lifetime: owns everything, and may be moved out of the request that it belongs to: a Socket.IO namespace keeps its
/// environ for the life of the session. References and views that it gives are valid until it is moved or changed;
/// pointers from get<T>() survive moving. A moved-from Environ is an empty one.
/// Threads: one at a time; query(), cookies() and form() parse when first asked.
class Environ {
public:
    explicit Environ(HttpRequest request = {});
    Environ(Environ&&) noexcept;
    Environ& operator=(Environ&&) noexcept;
    ~Environ();

    /// The request as it came, whatever has been mounted where.
    const HttpRequest& request() const noexcept { return request_; }

    /// `GET`, `POST`, ... as sent: methods are case-sensitive.
    const std::string& method() const noexcept { return request_.method; }
    /// The path below script_name(), percent-decoded: begins with `/`, or is empty where a mounted app's own prefix was
    /// asked for. `%2F` has become `/`. WSGI: `PATH_INFO`.
    const std::string& path() const noexcept { return path_; }
    /// Where the app is mounted, without a slash at its end; empty at the root. WSGI: `SCRIPT_NAME`.
    const std::string& script_name() const noexcept { return script_name_; }
    /// False when the path held a malformed escape (path() is then as sent) or a NUL. The Router answers 400.
    bool path_is_valid() const noexcept { return path_is_valid_; }

    /// The decoded query string; at most 1000 pairs.
    const MultiDict& query() const;
    const Headers& headers() const noexcept { return request_.headers; }
    /// The first field of that name, or empty.
    std::string_view header(std::string_view name) const noexcept { return request_.headers.get(name); }
    /// The cookies that the client sent; see sio/cookie.hpp for what is tolerated.
    const MultiDict& cookies() const;
    const std::string& body() const noexcept { return request_.body; }
    /// The body as a form, urlencoded or multipart; include sio/form.hpp. Empty for other content types.
    /// Throws HttpError (400 or 413) for a malformed one, or one beyond the FormLimits set<FormLimits>() or their
    /// defaults.
    const Form& form() const;

    /// The client's address in numeric form; empty on a Unix socket.
    const std::string& remote_address() const noexcept { return request_.remote_address; }
    /// `http` or `https`.
    const std::string& scheme() const noexcept { return request_.scheme; }
    bool is_secure() const noexcept { return request_.scheme == "https"; }
    /// The `Host` field as sent (with the port, if any); without one the address that the client connected to.
    std::string host() const;
    /// `https://example.org:8443`: scheme and host as a browser's `Origin` field spells them.
    std::string origin() const;

    /// WSGI's value of that name (PEP 3333): `REQUEST_METHOD`, `SCRIPT_NAME`, `PATH_INFO`, `QUERY_STRING`,
    /// `CONTENT_TYPE`, `CONTENT_LENGTH`, `SERVER_NAME`, `SERVER_PORT`, `SERVER_PROTOCOL`, `REMOTE_ADDR`, `REMOTE_PORT`,
    /// `wsgi.url_scheme`, and `HTTP_<NAME>` for a header field, several of one name joined by commas (`Cookie`: `; `).
    /// Empty for any other name, and for an absent field.
    std::string operator[](std::string_view name) const;
    /// Everything that operator[] has a value for.
    std::vector<std::pair<std::string, std::string>> items() const;

    /// What the route's `<name>` matched, decoded; empty when the route has none of that name.
    std::string_view param(std::string_view name) const noexcept;
    /// The same as a number: `environ.param<int>("id")`. Nothing unless all of it is a number in T's range.
    template <std::integral T>
    std::optional<T> param(std::string_view name) const noexcept {
        const auto text = param(name);
        T value{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        return value;
    }

    /// Keeps `value` with the request, one for each type: how middleware and sio's own layers pass things on.
    /// Replaces an earlier one. Returns where it is: valid until replaced, erased, or the Environ is destroyed.
    template <class T>
    std::decay_t<T>& set(T&& value) {
        using Value = std::decay_t<T>;
        auto owned = std::make_shared<Value>(std::forward<T>(value));
        auto& kept = *owned;
        put(typeid(Value), std::move(owned));
        return kept;
    }
    /// The value of that type, or null.
    template <class T>
    T* get() const noexcept {
        return static_cast<T*>(find(typeid(T)));
    }
    template <class T>
    void erase() noexcept {
        drop(typeid(T));
    }

    // For routers and middleware.

    /// Moves the first `length` bytes of path() to the end of script_name().
    void mount(std::size_t length);
    void set_param(std::string_view name, std::string_view value);
    /// What a trusted proxy says about the client; see trust_proxy().
    void set_remote_address(std::string address) { request_.remote_address = std::move(address); }
    void set_scheme(std::string scheme) { request_.scheme = std::move(scheme); }
    void set_host(std::string_view host) { request_.headers.set("Host", host); }

private:
    friend class http::KeptEnviron;

    // By std::type_info, which unlike the address of a variable is the same type's on both sides of a shared library.
    using Tag = std::type_index;
    void put(Tag key, std::shared_ptr<void> value);
    void* find(Tag key) const noexcept;
    void drop(Tag key) noexcept;

    HttpRequest request_;
    std::string script_name_;
    std::string path_;
    bool path_is_valid_ = true;
    std::vector<std::pair<std::string, std::string>> params_;
    std::vector<std::pair<Tag, std::shared_ptr<void>>> values_;
    mutable std::optional<MultiDict> query_;
    mutable std::optional<MultiDict> cookies_;
    mutable std::shared_ptr<const Form> form_;
};

}  // namespace sio
