# The library `sio`, alias `sio::sio`: the objects of all layers and the public headers.
#
# What a consumer gets with it: the include directory, C++20, Boost.JSON (sio/json.hpp) and Boost's headers
# (sio/beast.hpp), and stack probes (SioStackProbes.cmake). What it does not get: sio's warnings, and the BOOST_ASIO_*
# definitions of sio_common. Those select overloads inside sio's own sources; they change neither the layout nor the
# meaning of anything that both sides use (from Boost 1.81 to 1.88 a spawned coroutine is a Boost.Context fiber with and
# without BOOST_ASIO_DISABLE_BOOST_COROUTINE), so a host may use asio::spawn as it likes beside sio. What does change a
# layout are the BOOST_USE_* definitions of a sanitizer build; those go to consumers.

add_library(sio)
add_library(sio::sio ALIAS sio)

foreach(layer IN LISTS SIO_LAYERS)
  if(TARGET sio_${layer})
    target_sources(sio PRIVATE $<TARGET_OBJECTS:sio_${layer}>)
  endif()
endforeach()

# Found at build time, so that no header can be forgotten. Those of the optional libraries are theirs: SioDatabases.cmake.
file(GLOB_RECURSE sio_public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/sio/*.hpp")
list(FILTER sio_public_headers EXCLUDE REGEX "/include/sio/(sqlite|postgres|redis)(/|\\.hpp$)")
target_sources(sio PUBLIC
  FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${sio_public_headers}
)

target_compile_features(sio PUBLIC cxx_std_20)
target_compile_options(sio PUBLIC ${sio_stack_probes})
target_link_libraries(sio
  PUBLIC Boost::headers Boost::json Threads::Threads
  PRIVATE Boost::context OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB spdlog::spdlog
)
if(SIO_SANITIZE STREQUAL "address")
  target_compile_definitions(sio INTERFACE BOOST_USE_UCONTEXT BOOST_USE_ASAN)
  target_link_options(sio INTERFACE -fsanitize=address,undefined)
elseif(SIO_SANITIZE STREQUAL "thread")
  target_compile_definitions(sio INTERFACE BOOST_USE_UCONTEXT BOOST_USE_TSAN)
  target_link_options(sio INTERFACE -fsanitize=thread)
endif()
set_target_properties(sio PROPERTIES
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL}
)
