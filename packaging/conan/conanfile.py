"""Conan 2 recipe of the tree that it is in: conan create packaging/conan

What was run with it, and what was not, is in packaging/README.md.
"""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"


class SioConan(ConanFile):
    name = "sio"
    description = "Socket.IO for C++: gevent-socketio's programming model on Boost.Asio and Boost.Beast"
    license = "BSL-1.0"
    topics = ("socket.io", "websocket", "server", "asio", "beast", "coroutines")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "with_sqlite": [True, False],
        "with_postgres": [True, False],
        "with_redis": [True, False],
    }
    default_options = {
        "shared": False,
        "with_sqlite": False,
        "with_postgres": False,
        "with_redis": False,
        "boost/*:without_context": False,
        "boost/*:without_json": False,
    }

    @property
    def _tree(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", ".."))

    def set_version(self):
        header = load(self, os.path.join(self._tree, "include", "sio", "version.hpp"))
        self.version = re.search(r'SIO_VERSION_STRING "([0-9.]+)"', header).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "*.md", "LICENSE", "cmake/*", "include/*", "src/*", "docs/*", "bench/build/*"):
            copy(self, pattern, self._tree, self.export_sources_folder)

    def validate(self):
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("sio runs on Linux")
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        # Public headers include Boost's.
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, transitive_libs=True)
        self.requires("openssl/[>=3 <4]")
        self.requires("zlib/[>=1.2.11 <2]")
        self.requires("spdlog/[>=1.10 <2]")
        if self.options.with_sqlite:
            self.requires("sqlite3/[>=3.37 <4]")
        if self.options.with_postgres:
            self.requires("libpq/[>=14]")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25]")

    def generate(self):
        toolchain = CMakeToolchain(self)
        for name in ("TESTS", "APPS", "EXAMPLES"):
            toolchain.cache_variables[f"SIO_BUILD_{name}"] = False
        for part in ("sqlite", "postgres", "redis"):
            toolchain.cache_variables[f"SIO_BUILD_{part.upper()}"] = bool(self.options.get_safe(f"with_{part}"))
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # sio's own CMake package, with its components, instead of one that Conan makes up.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "sio")]
        parts = [part for part in ("sqlite", "postgres", "redis") if self.options.get_safe(f"with_{part}")]
        self.cpp_info.libs = [f"sio_{part}" for part in parts] + ["sio"]
        self.cpp_info.system_libs = ["pthread"]
