// What Boost.Context's library lacks when it was built for another implementation of context switches.
//
// Under BOOST_USE_UCONTEXT (see cmake/SioSanitizers.cmake) the headers hold all of `fiber` but the record of what runs on
// each thread, whose definitions belong to the compiled library.

#ifdef BOOST_USE_UCONTEXT

#include <boost/context/fiber.hpp>
#include <cstddef>

namespace boost::context::detail {

thread_local fiber_activation_record* fib_current_rec;

// One record for each thread, as long as there are initialisers on it.
static thread_local std::size_t initializers;

fiber_activation_record_initializer::fiber_activation_record_initializer() noexcept {
    if (initializers++ == 0) fib_current_rec = new fiber_activation_record();
}

fiber_activation_record_initializer::~fiber_activation_record_initializer() {
    if (--initializers == 0) delete fib_current_rec;
}

fiber_activation_record*& fiber_activation_record::current() noexcept {
    thread_local static fiber_activation_record_initializer initializer;
    return fib_current_rec;
}

}  // namespace boost::context::detail

#endif
