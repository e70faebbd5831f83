# A function whose frame is larger than a page looks at each page of it on the way down (-fstack-clash-protection): whoever
# overflows a greenlet's stack then meets the guard below it, however large the frame is. What runs in greenlets is code of
# consumers as well, so the option is part of the interface of sio::sio.
#
# sio_stack_probes: the option, where the consumer's compiler has it; a generator expression.
# sio_stack_probes_flag: for pkg-config, which knows no compiler but this one.

# clang has it from 11 on for x86, from 18 on for arm64.
set(sio_stack_probes_clang 18)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
  set(sio_stack_probes_clang 11)
endif()
set(sio_stack_probes)
foreach(language C CXX)
  set(version "$<${language}_COMPILER_VERSION>")
  list(APPEND sio_stack_probes
    "$<$<COMPILE_LANG_AND_ID:${language},GNU>:-fstack-clash-protection>"
    "$<$<AND:$<COMPILE_LANG_AND_ID:${language},Clang>,$<VERSION_GREATER_EQUAL:${version},${sio_stack_probes_clang}>>:-fstack-clash-protection>"
  )
endforeach()

set(sio_stack_probes_flag "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR
    (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL sio_stack_probes_clang))
  set(sio_stack_probes_flag " -fstack-clash-protection")
endif()
