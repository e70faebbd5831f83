#pragma once

/// `thread_local` for what each switch of stacks reads: by one instruction, instead of a call in position-independent code.
/// The variables (a pointer each) then lie in the space that the C library keeps for libraries that are loaded late.
#ifdef __GNUC__
#define SIO_FAST_THREAD_LOCAL __attribute__((tls_model("initial-exec"))) thread_local
#else
#define SIO_FAST_THREAD_LOCAL thread_local
#endif
