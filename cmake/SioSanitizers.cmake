# SIO_SANITIZE: builds everything with a sanitizer. See docs/guides/sanitizers.md.
#
# The sanitizers must be told of every switch of stacks. Boost.Context does that in its ucontext implementation only,
# which exists in its headers but not in a distribution's library: src/greenlet/sanitizer_context.cpp has what is
# missing. The macros must be the same in every translation unit, hence options of the whole directory tree.

set(SIO_SANITIZE "" CACHE STRING "Sanitizer to build with: empty, address (with undefined) or thread")
set_property(CACHE SIO_SANITIZE PROPERTY STRINGS "" address thread)

if(SIO_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(BOOST_USE_UCONTEXT BOOST_USE_ASAN)
elseif(SIO_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -g1)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio uses atomic_thread_fence, which TSan does not model, where it does not matter
  endif()
  add_link_options(-fsanitize=thread)
  add_compile_definitions(BOOST_USE_UCONTEXT BOOST_USE_TSAN)
elseif(SIO_SANITIZE)
  message(FATAL_ERROR "SIO_SANITIZE must be empty, address or thread, not \"${SIO_SANITIZE}\"")
endif()
