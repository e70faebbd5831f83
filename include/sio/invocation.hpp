#pragma once

#include <memory>
#include <type_traits>

namespace sio {

/// A handler or a job that is about to run; see BaseNamespace::exception_handler_decorator(). Refers to it, for the
/// length of a call.
class Invocation {
public:
    template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Invocation>)
    Invocation(F& run) noexcept
        : context_(std::addressof(run)), call_([](void* context) { (*static_cast<F*>(context))(); }) {}

    void operator()() const { call_(context_); }

private:
    void* context_;
    void (*call_)(void*);
};

}  // namespace sio
