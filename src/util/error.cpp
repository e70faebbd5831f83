#include <sio/error.hpp>

namespace sio {

namespace {

const char* text(errc code) noexcept {
    switch (code) {
        case errc::not_in_greenlet: return "a blocking call was made outside a greenlet";
        case errc::not_connected: return "not connected";
        case errc::connection_closed: return "the connection has closed";
        case errc::not_attached: return "not attached to a socket";
        case errc::invalid_value: return "the value cannot be converted";
        case errc::limit_exceeded: return "a limit would be exceeded";
        case errc::unsupported: return "not supported by this client's protocol version";
        case errc::cannot_start: return "cannot start";
        case errc::timeout: return "the time limit has passed";
        case errc::killed: return "the greenlet was killed";
        case errc::deadlock: return "every greenlet waits, and nothing can wake one";
        case errc::in_use: return "another greenlet is using it";
    }
    return "unknown error";
}

class Category final : public std::error_category {
public:
    const char* name() const noexcept override { return "sio"; }
    std::string message(int value) const override { return text(static_cast<errc>(value)); }
    // Callers may test for what the standard library has a word for.
    std::error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<errc>(value)) {
            case errc::timeout: return std::errc::timed_out;
            case errc::not_connected: return std::errc::not_connected;
            case errc::unsupported: return std::errc::not_supported;
            case errc::killed: return std::errc::operation_canceled;
            case errc::deadlock: return std::errc::resource_deadlock_would_occur;
            case errc::in_use: return std::errc::device_or_resource_busy;
            default: return {value, *this};
        }
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace sio
