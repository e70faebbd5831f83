# Warnings for sio's own code; never exported to a consumer.
option(SIO_WARNINGS_AS_ERRORS "Treat warnings in sio's own code as errors" OFF)

add_library(sio_warnings INTERFACE)
target_compile_options(sio_warnings INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor
  # Not -Wshadow=global: `environ`, as WSGI calls it, is also a variable of the C library.
  $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>)
if(SIO_WARNINGS_AS_ERRORS)
  target_compile_options(sio_warnings INTERFACE -Werror)
endif()
