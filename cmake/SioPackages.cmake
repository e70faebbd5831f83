# Debian packages, made by cpack in a build with SIO_PACKAGES (packaging/debian/build configures it as Debian does). Each
# install component becomes a package:
#
#   Runtime, <part>_runtime          libsio0.1, libsio-<part>0.1: the shared libraries, named after their sonames
#   Development, <part>_development  libsio-dev, libsio-<part>-dev
#   Documentation                    libsio-doc
#   Chat                             sio-chat: the chat as a service
if(NOT (SIO_INSTALL AND BUILD_SHARED_LIBS AND SIO_BUILD_APPS))
  message(FATAL_ERROR "SIO_PACKAGES needs SIO_INSTALL, BUILD_SHARED_LIBS and SIO_BUILD_APPS")
endif()
foreach(part sqlite postgres redis)
  if(NOT part IN_LIST SIO_DATABASES)
    message(FATAL_ERROR "SIO_PACKAGES needs sio::${part}, which is not built")
  endif()
endforeach()

set(SIO_PACKAGE_REVISION 1 CACHE STRING "Revision of the packages, after the version of sio")
set(SIO_PACKAGE_MAINTAINER "" CACHE STRING "Who makes the packages: Name <address>; default: DEBFULLNAME and DEBEMAIL")
set(SIO_PACKAGE_TIME "" CACHE STRING "When they were changed last, in seconds since 1970; default: the last commit, or now")

# cpack installs what was built, and needs no more to be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(packaging "${PROJECT_SOURCE_DIR}/packaging/debian")
set(modules "${PROJECT_SOURCE_DIR}/apps/chat/node_modules")
set(made "${PROJECT_BINARY_DIR}/packages")  # what is written for them
set(soversion "${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
set(version "${PROJECT_VERSION}-${SIO_PACKAGE_REVISION}")
set(boost "${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}")

# The changelog: one entry, with its author and time.
if(NOT SIO_PACKAGE_MAINTAINER)
  if(NOT "$ENV{DEBFULLNAME}" STREQUAL "" AND NOT "$ENV{DEBEMAIL}" STREQUAL "")
    set(SIO_PACKAGE_MAINTAINER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
  else()
    set(SIO_PACKAGE_MAINTAINER "sio maintainers <maintainers@sio.invalid>")
  endif()
endif()
if(NOT SIO_PACKAGE_TIME)
  execute_process(COMMAND git log -1 --format=%ct WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    OUTPUT_VARIABLE SIO_PACKAGE_TIME OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT SIO_PACKAGE_TIME)
    string(TIMESTAMP SIO_PACKAGE_TIME %s UTC)
  endif()
endif()
set(ENV{SOURCE_DATE_EPOCH} "${SIO_PACKAGE_TIME}")  # string(TIMESTAMP) says this time
string(TIMESTAMP changed "%a, %d %b %Y %H:%M:%S +0000" UTC)
string(TIMESTAMP manual_date "%Y-%m-%d" UTC)
file(WRITE "${made}/changelog.Debian" "sio (${version}) unstable; urgency=medium

  * Version ${PROJECT_VERSION}; what is new in it is in changelog.gz.

 -- ${SIO_PACKAGE_MAINTAINER}  ${changed}
")
configure_file("${PROJECT_SOURCE_DIR}/CHANGELOG.md" "${made}/changelog" COPYONLY)
file(READ "${PROJECT_SOURCE_DIR}/LICENSE" license)
file(WRITE "${made}/copyright" "sio: ${PROJECT_DESCRIPTION}\nCopyright: the authors of sio\n\n${license}")

# sio_compress(<file>...): <file>.gz in `made`, without a time in it.
find_program(SIO_GZIP gzip REQUIRED)
function(sio_compress)
  foreach(file IN LISTS ARGN)
    execute_process(COMMAND "${SIO_GZIP}" -9 -n --stdout "${made}/${file}" OUTPUT_FILE "${made}/${file}.gz"
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endfunction()
sio_compress(changelog changelog.Debian)

# The chat: its program, what the browser gets, the service, the manual.
foreach(file IN ITEMS socket.io-client/dist/socket.io.min.js socket.io-client/dist/socket.io.min.js.map
    socket.io-client-0.9/dist/socket.io.min.js
    @fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2
    @fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2)
  if(NOT EXISTS "${modules}/${file}")
    message(FATAL_ERROR "missing ${modules}/${file}: run \"npm ci\" in apps/chat")
  endif()
  get_filename_component(folder "${file}" DIRECTORY)
  install(FILES "${modules}/${file}" DESTINATION "${CMAKE_INSTALL_DATADIR}/sio-chat/modules/${folder}" COMPONENT Chat)
endforeach()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/static" "${PROJECT_SOURCE_DIR}/templates"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/sio-chat" COMPONENT Chat
)
set_target_properties(chat PROPERTIES OUTPUT_NAME sio-chat)
install(TARGETS chat RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT Chat)
install(FILES "${packaging}/sio-chat.service" DESTINATION lib/systemd/system COMPONENT Chat)
install(FILES "${packaging}/sio-chat.conf" DESTINATION /etc
  PERMISSIONS OWNER_READ OWNER_WRITE COMPONENT Chat
)
configure_file("${packaging}/sio-chat.1.in" "${made}/sio-chat.1" @ONLY)
sio_compress(sio-chat.1)
install(FILES "${made}/sio-chat.1.gz" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT Chat)

# What comes from npm has licences of its own, which are in its packages.
file(READ "${made}/copyright" copyright)
foreach(license IN ITEMS socket.io-client/LICENSE socket.io-parser/LICENSE engine.io-client/LICENSE engine.io-parser/LICENSE
    @socket.io/component-emitter/LICENSE socket.io-client-0.9/README.md @fontsource-variable/figtree/LICENSE)
  file(READ "${modules}/${license}" text)
  string(REGEX REPLACE "^.*\n### License *\n" "" text "${text}")
  get_filename_component(name "${license}" DIRECTORY)
  string(APPEND copyright "\n----\n${name}, in /usr/share/sio-chat/modules:\n\n${text}")
endforeach()
file(WRITE "${made}/chat/copyright" "${copyright}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sio)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGE_CONTACT "${SIO_PACKAGE_MAINTAINER}")
set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE
)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${SIO_PACKAGE_REVISION}")
set(CPACK_DEBIAN_PACKAGE_SOURCE sio)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_COMPONENTS_ALL)

# sio_package(<component> <package> SECTION <section> SUMMARY <line> TEXT <text> [DEPENDS <packages>] [ARCHITECTURE <name>]
#   [COPYRIGHT <file>] [CONTROL <files>...]): the package of a component.
function(sio_package component package)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "SECTION;SUMMARY;TEXT;DEPENDS;ARCHITECTURE;COPYRIGHT" "CONTROL")
  string(TOUPPER "CPACK_DEBIAN_${component}" prefix)
  set(${prefix}_PACKAGE_NAME "${package}" PARENT_SCOPE)
  set(${prefix}_PACKAGE_SECTION "${arg_SECTION}" PARENT_SCOPE)
  set(${prefix}_DESCRIPTION "${arg_SUMMARY}\n${arg_TEXT}" PARENT_SCOPE)
  set(${prefix}_PACKAGE_DEPENDS "${arg_DEPENDS}" PARENT_SCOPE)
  set(${prefix}_PACKAGE_CONTROL_EXTRA "${arg_CONTROL}" PARENT_SCOPE)
  if(arg_ARCHITECTURE)
    set(${prefix}_PACKAGE_ARCHITECTURE "${arg_ARCHITECTURE}" PARENT_SCOPE)
  endif()
  if(component MATCHES "[Rr]untime$" OR component STREQUAL "Chat")
    set(${prefix}_PACKAGE_SHLIBDEPS ON PARENT_SCOPE)  # what is linked is a dependency
  endif()
  if(NOT arg_COPYRIGHT)
    set(arg_COPYRIGHT "${made}/copyright")
  endif()
  install(FILES "${arg_COPYRIGHT}" "${made}/changelog.gz" "${made}/changelog.Debian.gz"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/${package}" COMPONENT ${component}
  )
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
endfunction()

set(about "sio is a server that speaks with every generation of Socket.IO clients,
programmed as gevent-socketio was: a namespace is a class, an event a member
function, and handlers run in greenlets.")

sio_package(Runtime libsio${soversion} SECTION libs SUMMARY "Socket.IO server framework for C++"
  TEXT "${about}" CONTROL "${packaging}/triggers"
)
sio_package(Development libsio-dev SECTION libdevel SUMMARY "Socket.IO server framework for C++ (development)"
  TEXT "${about}\n\nThis package has the headers, the CMake package and the pkg-config file."
  DEPENDS "libsio${soversion} (= ${version}), libboost${boost}-dev, libboost-json${boost}-dev"
)
set(title_sqlite "SQLite")
set(depends_sqlite "libsqlite3-dev")
set(title_postgres "PostgreSQL")
set(depends_postgres "libpq-dev")
set(title_redis "Redis")
set(depends_redis "libssl-dev")
foreach(part IN LISTS SIO_DATABASES)
  sio_package(${part}_runtime libsio-${part}${soversion} SECTION libs SUMMARY "${title_${part}} for greenlets of sio"
    TEXT "${about}\n\nThis package is the client for ${title_${part}}. A call blocks its greenlet only."
    # It uses what is inside libsio, which may change with any version.
    DEPENDS "libsio${soversion} (= ${version})" CONTROL "${packaging}/triggers"
  )
  sio_package(${part}_development libsio-${part}-dev SECTION libdevel
    SUMMARY "${title_${part}} for greenlets of sio (development)"
    TEXT "${about}\n\nThis package has what programs with the client for ${title_${part}} are built with."
    DEPENDS "libsio-${part}${soversion} (= ${version}), libsio-dev (= ${version}), ${depends_${part}}"
  )
endforeach()
sio_package(Documentation libsio-doc SECTION doc SUMMARY "Socket.IO server framework for C++ (documentation)"
  TEXT "${about}\n\nThis package has guides, pages on the protocols, and the design decisions."
  ARCHITECTURE all
)
sio_package(Chat sio-chat SECTION web SUMMARY "Chat in rooms, for the browser"
  TEXT "A chat server with rooms, nicknames, history and an administration page, for
browsers of today and for Socket.IO clients of 2012. It keeps what is said in
an SQLite database, and runs as a service of systemd with few rights."
  DEPENDS "libsio${soversion} (>= ${PROJECT_VERSION}), adduser, init-system-helpers (>= 1.54)"
  COPYRIGHT "${made}/chat/copyright"
  CONTROL "${packaging}/sio-chat/conffiles" "${packaging}/sio-chat/postinst"
    "${packaging}/sio-chat/prerm" "${packaging}/sio-chat/postrm"
)

# Programs that link libsio get their dependency from this.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
# Where the libraries of these packages are while their users are looked at.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}")
include(CPack)
