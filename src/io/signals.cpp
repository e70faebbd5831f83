#include <sio/signals.hpp>

#include <boost/asio/signal_set.hpp>
#include <system_error>

#include <sio/asio.hpp>
#include <sio/timeout.hpp>

#include "io/limited.hpp"

#include "greenlet/loop.hpp"

namespace sio {

struct Signals::Impl {
    boost::asio::basic_signal_set<greenlet::Loop::Executor> set{asio_context()};
};

Signals::Signals(std::initializer_list<int> signals) : impl_(std::make_unique<Impl>()) {
    for (const int signal : signals) {
        boost::system::error_code error;
        impl_->set.add(signal, error);
        if (error) throw std::system_error(error.value(), std::generic_category(), "Signals");
    }
}

Signals::~Signals() = default;

std::optional<int> Signals::wait(Duration limit) {
    std::optional<int> signal;
    io::within(limit, [&] { signal = impl_->set.async_wait(yield); });
    return signal;
}

}  // namespace sio
