#pragma once

#include <cxxabi.h>

namespace sio::greenlet {

/// Sets aside the exceptions that are being handled or thrown, for the time in which another stack runs.
///
/// The C++ runtime keeps that state for each thread, not for each stack. Whoever switches stacks has one of these round
/// the switch, on both sides: otherwise a greenlet that is suspended inside a `catch` block finds another greenlet's
/// exception there when it goes on.
class ExceptionState {
public:
    ExceptionState() noexcept : saved_(*globals()) { *globals() = Globals{}; }
    ~ExceptionState() { *globals() = saved_; }
    ExceptionState(const ExceptionState&) = delete;
    ExceptionState& operator=(const ExceptionState&) = delete;

private:
    // `struct __cxa_eh_globals` of the Itanium C++ ABI, section 2.2.2, which <cxxabi.h> only declares.
    struct Globals {
        void* caught_exceptions = nullptr;
        unsigned uncaught_exceptions = 0;
#ifdef __ARM_EABI_UNWINDER__
        void* propagating_exceptions = nullptr;
#endif
    };
    static Globals* globals() noexcept { return reinterpret_cast<Globals*>(abi::__cxa_get_globals()); }

    Globals saved_;
};

}  // namespace sio::greenlet
