#pragma once

#include <sio/detail/greenlet_result.hpp>

namespace sio {

/// A greenlet as a class: derive from it and override run(). gevent: a subclass of `gevent.Greenlet` with `_run()`.
///
///     class Greeting : public sio::BaseGreenlet<> {
///     public:
///         explicit Greeting(std::string text) : text_(std::move(text)) {}
///
///     private:
///         void run() override { sio::sleep(3s); sio::log(sio::LogLevel::info, "app", text_); }
///         std::string text_;
///     };
///
///     auto greeting = std::make_shared<Greeting>("Hi there!");
///     greeting->start();
///     greeting->join();
///
/// The object always lives in a std::shared_ptr, which converts to Greenlet<T> and AnyGreenlet; while the greenlet runs it
/// keeps itself alive. It runs once: start() does nothing the second time. `T` is what run() returns.
///
/// Members: those of Greenlet (join, get, value, kill, ready, successful, exception, link, name), start() and
/// start_later(delay). Threads and errors: as there. start() throws std::bad_weak_ptr for an object that is not in a
/// std::shared_ptr.
template <class T = void>
class BaseGreenlet : public detail::GreenletResult<T> {
protected:
    BaseGreenlet() = default;

    /// What the greenlet does.
    virtual T run() = 0;

private:
    void call() final {
        this->keep_result_of([this]() -> T { return run(); });
    }
    void discard() noexcept final {}
};

}  // namespace sio
