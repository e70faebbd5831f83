# Links `consumer` with the libraries for databases that were built, and tells databases.hpp which these are.
foreach(part sqlite postgres redis)
  if(TARGET sio::${part})
    target_link_libraries(consumer PRIVATE sio::${part})
    string(TOUPPER ${part} name)
    target_compile_definitions(consumer PRIVATE WITH_${name})
  endif()
endforeach()
target_include_directories(consumer PRIVATE "${CMAKE_CURRENT_LIST_DIR}")
