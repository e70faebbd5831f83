# Usage: cmake -DCXX=compiler -DINCLUDE=dir -DSOURCE=mistakes.cpp -DHEADER=mistakes.hpp -DSCRATCH=dir -P mistakes.cmake

set(words
  "takes the namespace by reference first"
  "belongs to another class than the event table"
  "a handler's parameter cannot be read from JSON"
  "cannot be a non-const reference"
  "sio::Ack must be the handler's last parameter"
  "stand for all arguments"
  "what this event handler returns cannot be sent as JSON"
  "this_event_name_is_reserved"
  "inherit<Base>\\(\\) is for base classes"
  "has no auto parameters"
  "this argument cannot be sent as JSON"
  "the callback must be the last argument of emit"
  "a broadcast is not acknowledged"
  "call<T>\\(\\) cannot read a T from JSON"
  "events\\(\\) must be public"
  "a class with two bases that have tables"
  "a namespace class derives publicly"
  "no public constructor for these arguments"
  "would be given a copy: pass std::ref"
  "cannot be copied: pass std::ref"
  "takes a std::error_code as its first parameter"
  "say disconnect_silently\\(\\), or socket\\(\\).disconnect\\(\\)"
  "say disconnect\\(\\), or disconnect_silently\\(\\)"
  "or close_connections\\(\\) for whole connections"
  "say kill\\(\\), and detach\\(\\) before it"
)

set(command ${CXX} -std=c++20 -fmessage-length=0 -I${INCLUDE})

# What all of them include is read once: most of the time goes there.
get_filename_component(name ${HEADER} NAME)
file(COPY ${HEADER} DESTINATION ${SCRATCH})
execute_process(
  COMMAND ${command} -x c++-header ${SCRATCH}/${name} -o ${SCRATCH}/${name}.gch
  COMMAND_ERROR_IS_FATAL ANY
)

function(compile mistake result output)
  execute_process(
    COMMAND ${command} -fsyntax-only -DMISTAKE=${mistake} -include ${SCRATCH}/${name} ${SOURCE}
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text
  )
  set(${result} ${status} PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

compile(0 status text)
if(NOT status EQUAL 0)
  message(SEND_ERROR "without a mistake it must compile:\n${text}")
endif()

execute_process(
  COMMAND ${command} -fsyntax-only -Demit= -include ${SCRATCH}/${name} ${SOURCE}
  RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text
)
if(status EQUAL 0 OR NOT text MATCHES "error: [^\n]*QT_NO_KEYWORDS")
  message(SEND_ERROR "Qt's emit is not explained:\n${text}")
endif()

set(mistake 0)
foreach(expected IN LISTS words)
  math(EXPR mistake "${mistake} + 1")
  compile(${mistake} status text)
  string(REPLACE ";" "," text "${text}")
  string(REGEX MATCHALL "error: [^\n]*" errors "${text}")
  list(LENGTH errors count)
  if(status EQUAL 0)
    message(SEND_ERROR "mistake ${mistake} compiles")
  elseif(NOT text MATCHES "error: [^\n]*${expected}")
    message(SEND_ERROR "mistake ${mistake} is not explained by \"${expected}\":\n${text}")
  elseif(NOT count EQUAL 1)
    # One mistake, one error: nothing that follows from it.
    message(SEND_ERROR "mistake ${mistake} gives ${count} errors:\n${text}")
  else()
    message(STATUS "mistake ${mistake}: ${errors}")
  endif()
endforeach()
