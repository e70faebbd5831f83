# Cross-compiles for arm64 on Debian, against that architecture's packages, which stand beside the native ones (multiarch):
# `dpkg --add-architecture arm64`, and needs_arm64 in scripts/lib/packages.sh. What is built runs under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
# CMake's modules ask pkg-config where to look, and it would name the native libraries.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
