# Install rules: library, public headers, CMake package, pkg-config file, licence and documentation. The components are
# Runtime and Development, <part>_runtime and <part>_development for each optional library, and Documentation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_target_property(sio_type sio TYPE)
set(sio_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sio")

install(TARGETS sio EXPORT sio-targets
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT Runtime
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Runtime NAMELINK_COMPONENT Development
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Development
  FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT Development
)
install(EXPORT sio-targets NAMESPACE sio:: FILE sio-targets.cmake
  DESTINATION "${sio_package_dir}" COMPONENT Development
)
# The optional libraries are components of the package, so that find_package() of sio alone wants nothing of theirs.
foreach(part IN LISTS SIO_DATABASES)
  install(TARGETS sio_${part}_library EXPORT sio-${part}-targets
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT ${part}_runtime
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${part}_runtime NAMELINK_COMPONENT ${part}_development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT ${part}_development
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT ${part}_development
  )
  install(EXPORT sio-${part}-targets NAMESPACE sio:: FILE sio-${part}-targets.cmake
    DESTINATION "${sio_package_dir}" COMPONENT ${part}_development
  )
endforeach()

configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/sio-config.cmake.in" "${PROJECT_BINARY_DIR}/sio-config.cmake"
  INSTALL_DESTINATION "${sio_package_dir}" NO_SET_AND_CHECK_MACRO
)
# Before 1.0 a minor version may break its users, so 0.2 does not satisfy a request for 0.1.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/sio-config-version.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion
)
install(FILES "${PROJECT_BINARY_DIR}/sio-config.cmake" "${PROJECT_BINARY_DIR}/sio-config-version.cmake"
  DESTINATION "${sio_package_dir}" COMPONENT Development
)

# pkg-config. The prefix is found from the file's own place, so that an installed tree can be moved.
set(sio_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(sio_pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(sio_pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
if(IS_ABSOLUTE "${sio_pc_dir}")
  set(sio_pc_prefix "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH sio_pc_up "/${sio_pc_dir}" "/")
  string(REGEX REPLACE "/$" "" sio_pc_up "${sio_pc_up}")
  set(sio_pc_prefix "\${pcfiledir}/${sio_pc_up}")
endif()
# Who links the static library links everything beneath it as well, so those are not "private" then.
set(sio_pc_libs "-L\${libdir} -lsio -lboost_json -pthread")
set(sio_pc_requires "")
if(sio_type STREQUAL "STATIC_LIBRARY")
  string(APPEND sio_pc_libs " -lboost_context")
  set(sio_pc_requires "libssl libcrypto zlib spdlog")
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/sio.pc.in" "${PROJECT_BINARY_DIR}/sio.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/sio.pc" DESTINATION "${sio_pc_dir}" COMPONENT Development)

set(sio_redis_description "Redis for the greenlets of sio")
set(sio_redis_requires "libssl libcrypto")
set(sio_sqlite_description "SQLite for the greenlets of sio")
set(sio_sqlite_requires sqlite3)
set(sio_postgres_description "PostgreSQL for the greenlets of sio")
set(sio_postgres_requires libpq)
foreach(sio_part IN LISTS SIO_DATABASES)
  set(sio_part_description "${sio_${sio_part}_description}")
  set(sio_part_requires "sio = ${PROJECT_VERSION}")
  set(sio_part_requires_private "${sio_${sio_part}_requires}")
  if(sio_type STREQUAL "STATIC_LIBRARY")  # as above
    string(APPEND sio_part_requires " ${sio_part_requires_private}")
    set(sio_part_requires_private "")
  endif()
  configure_file("${CMAKE_CURRENT_LIST_DIR}/sio-part.pc.in" "${PROJECT_BINARY_DIR}/sio-${sio_part}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/sio-${sio_part}.pc" DESTINATION "${sio_pc_dir}"
    COMPONENT ${sio_part}_development
  )
endforeach()

foreach(file LICENSE README.md ARCHITECTURE.md CHANGELOG.md SECURITY.md)
  if(EXISTS "${PROJECT_SOURCE_DIR}/${file}")
    install(FILES "${PROJECT_SOURCE_DIR}/${file}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT Documentation)
  endif()
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT Documentation)
