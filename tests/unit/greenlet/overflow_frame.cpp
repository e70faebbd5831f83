// Compiled without stack probes, as a library may be: nothing looks at the pages between the caller's frame and the one that is
// touched here.

#include <alloca.h>

#include <cstddef>

void touch_far_end_of_frame(std::size_t bytes) {
    volatile char* const frame = static_cast<volatile char*>(alloca(bytes));
    frame[0] = 1;
}
