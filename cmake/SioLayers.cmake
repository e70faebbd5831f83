# The library is built from layers; an include may only point left:
#
#   util < wire < greenlet < io < http < client < database < session < transport < dispatch < adapter < net < server
#
# Each layer is an object library of its own, so that a test of one layer links that layer and those to its left, and
# nothing else.

set(SIO_LAYERS util wire greenlet io http client database session transport dispatch adapter net server)

set(CMAKE_CXX_EXTENSIONS OFF)

add_library(sio_common INTERFACE)
target_compile_features(sio_common INTERFACE cxx_std_20)
target_compile_options(sio_common INTERFACE ${sio_stack_probes})
target_compile_definitions(sio_common INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# What all layers are compiled with, and whatever else uses their precompiled header.
function(sio_layer_options target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  # Boost.JSON for all: its macros have to be the same wherever the precompiled header is used.
  target_link_libraries(${target} PUBLIC sio_common Threads::Threads Boost::json PRIVATE sio_warnings)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  # Position-independent code, but nobody replaces a function of ours by another of its name: calls may be inlined.
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
endfunction()

# The owner of the layers' precompiled header.
add_library(sio_precompiled OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
sio_layer_options(sio_precompiled)
sio_precompile(sio_precompiled ${PROJECT_SOURCE_DIR}/cmake/precompiled_layers.hpp)

# sio_layer(<name> SOURCES... [LIBRARIES...] [BATCH <n>]): one layer of src/, compiled <n> sources at once, or all.
function(sio_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BATCH" "SOURCES;LIBRARIES")
  if(NOT arg_BATCH)
    set(arg_BATCH 0)
  endif()
  add_library(sio_${name} OBJECT ${arg_SOURCES})
  sio_layer_options(sio_${name})
  target_include_directories(sio_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(sio_${name} PUBLIC ${arg_LIBRARIES})
  sio_build_in_batches(sio_${name} ${arg_BATCH})
  if(NOT SIO_BUILD_FUZZERS)
    sio_borrow_precompiled(sio_${name} sio_precompiled)
  endif()
endfunction()

# Before the name of each test, so that a run over several builds tells them apart: "asan.unit.wire".
set(SIO_TEST_PREFIX "" CACHE STRING "Prefix of test names")

if(SIO_BUILD_TESTS)
  # doctest's own half and main(). It takes long to compile, so every test program links this one.
  add_library(sio_test_main OBJECT EXCLUDE_FROM_ALL
    ${PROJECT_SOURCE_DIR}/tests/unit/main.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/vectors_path.cpp
  )
  target_include_directories(sio_test_main PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(sio_test_main PRIVATE SIO_TEST_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors")
  target_link_libraries(sio_test_main PRIVATE sio_common)
  # The owner of the test programs' precompiled header. The layers' is for position-independent code.
  add_library(sio_test_precompiled OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
  target_link_libraries(sio_test_precompiled PRIVATE sio_common Threads::Threads Boost::json sio_warnings)
  sio_precompile(sio_test_precompiled ${PROJECT_SOURCE_DIR}/cmake/precompiled_tests.hpp)
endif()

# sio_unit_test(<layer> SOURCES... [LIBRARIES...] [NAME <name>]): doctest tests of one layer, linked with it and all
# layers to its left. A layer's second program has a name of its own.
function(sio_unit_test layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME" "SOURCES;LIBRARIES")
  if(NOT arg_NAME)
    set(arg_NAME ${layer})
  endif()
  set(program unit_${arg_NAME})
  add_executable(${program} ${arg_SOURCES})
  target_link_libraries(${program} PRIVATE sio_test_main)
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  foreach(left IN LISTS SIO_LAYERS)
    if(TARGET sio_${left})
      target_link_libraries(${program} PRIVATE sio_${left})
    endif()
    if(left STREQUAL layer)
      break()
    endif()
  endforeach()
  target_link_libraries(${program} PRIVATE sio_warnings ${arg_LIBRARIES})
  sio_borrow_precompiled(${program} sio_test_precompiled)
  add_test(NAME ${SIO_TEST_PREFIX}unit.${arg_NAME} COMMAND ${program})
  set_tests_properties(${SIO_TEST_PREFIX}unit.${arg_NAME} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()
