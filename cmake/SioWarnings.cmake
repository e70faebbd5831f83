# Warnings for sio's own code; never exported to a consumer.
option(SIO_WARNINGS_AS_ERRORS "Treat warnings in sio's own code as errors" OFF)

add_library(sio_warnings INTERFACE)
target_compile_options(sio_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(SIO_WARNINGS_AS_ERRORS)
  target_compile_options(sio_warnings INTERFACE -Werror)
endif()
