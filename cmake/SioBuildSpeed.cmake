# What makes building sio quick, for every target of the project: see docs/design/build.md.
#
# Each source still stands for itself: check.tidy reads every file alone, so that a missing include or a name that two
# files of a layer share is found.

option(SIO_UNITY_BUILD "Compile the sources of a layer together, in a few batches" ON)
option(SIO_PRECOMPILED_HEADERS "Parse the headers of the standard library and of Boost once" ON)

# g++ looks for memory that it may use again only when it has taken this much (KiB), instead of 128 MiB: a tenth of its time,
# and a tenth more memory.
if(PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=400000 --param=ggc-min-expand=300)
endif()

# sio_build_in_batches(<target> <size>): so many sources are compiled at once. A batch should cost less than two reference
# files (scripts/build-cost).
function(sio_build_in_batches target size)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SIO_UNITY_BUILD} UNITY_BUILD_BATCH_SIZE ${size})
  if(SIO_UNITY_BUILD)
    # g++ takes an included source for a header, in which unnamed namespaces would be a mistake.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# sio_precompile(<target> <header>): precompiles <header> for <target> and for those that borrow it.
function(sio_precompile target header)
  if(SIO_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} PRIVATE ${header})
    sio_declare_precompiled(${target})
    sio_sum_precompiled(${target} ${header})
  endif()
endfunction()

# Tells ccache by what a precompiled header is known, with CCACHE_PCH_EXTSUM, as in the presets. g++ never writes the same
# bytes twice; what the header consists of stays the same from one build directory to the next.
function(sio_sum_precompiled target header)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${header}" "${CMAKE_CXX_COMPILER}" "${Boost_INCLUDE_DIRS}/boost/version.hpp")
  execute_process(
    COMMAND "${CMAKE_CXX_COMPILER}" -std=c++20 "-I${Boost_INCLUDE_DIRS}" -E -P "${header}"
    OUTPUT_VARIABLE text ERROR_QUIET RESULT_VARIABLE failed
  )
  if(failed)
    return()
  endif()
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  string(SHA256 sum "${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}} ${SIO_SANITIZE} ${text}")
  file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.gch.sum" CONTENT "${sum}\n")
endfunction()

# sio_borrow_precompiled(<target> <owner>): <target> uses what <owner> precompiled; both need the same options.
function(sio_borrow_precompiled target owner)
  if(SIO_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} REUSE_FROM ${owner})
    sio_declare_precompiled(${target})
  endif()
endfunction()

# Lets ccache, which preprocesses, see that a header was precompiled.
function(sio_declare_precompiled target)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()
