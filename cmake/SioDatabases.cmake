# The libraries sio::sqlite, sio::postgres and sio::redis: parts of the layer `database` that few programs need all of.
# sio::sio links none of them. SIO_BUILD_<NAME> leaves one out; those that need another library are built where it is found.

# sio_database(<name> LIBRARIES...): the library sio::<name> of the objects sio_<name>, with its public headers.
function(sio_database name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBRARIES")
  set(library sio_${name}_library)
  add_library(${library} $<TARGET_OBJECTS:sio_${name}>)
  add_library(sio::${name} ALIAS ${library})
  target_link_libraries(${library} PUBLIC sio PRIVATE ${arg_LIBRARIES})
  file(GLOB headers CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/include/sio/${name}.hpp" "${PROJECT_SOURCE_DIR}/include/sio/${name}/*.hpp"
  )
  target_sources(${library} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${headers})
  set_target_properties(${library} PROPERTIES
    EXPORT_NAME ${name}
    OUTPUT_NAME sio_${name}
    LINKER_LANGUAGE CXX
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL}
  )
endfunction()

set(SIO_DATABASES)
if(TARGET sio_redis)
  sio_database(redis LIBRARIES OpenSSL::SSL OpenSSL::Crypto)
  list(APPEND SIO_DATABASES redis)
endif()
if(TARGET sio_sqlite)
  sio_database(sqlite LIBRARIES SQLite::SQLite3)
  list(APPEND SIO_DATABASES sqlite)
elseif(SIO_BUILD_SQLITE)
  message(STATUS "sio: without sio::sqlite (SQLite 3.37 or later was not found)")
endif()
if(TARGET sio_postgres)
  sio_database(postgres LIBRARIES PostgreSQL::PostgreSQL)
  list(APPEND SIO_DATABASES postgres)
elseif(SIO_BUILD_POSTGRES)
  message(STATUS "sio: without sio::postgres (libpq 14 or later was not found)")
endif()
