#!/usr/bin/env python3
"""Holds scripts/abi-check against libraries whose change is known. Usage: abi_check_test.py ROOT CXX WORK_DIR

Each is a small libsio.so.0.1: the one of before.hpp, and one for each change. What must be told is told, and nothing else.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = """
#include <sio/server.hpp>
namespace sio::net { INSIDE }
namespace sio {
Server::Server(const Options& options) : port_(options.limit) {}
int Server::port() const { return port_; }
std::string Server::name(const Options& options) const { return std::to_string(options.limit) + std::to_string(port_); }
ADDED
}
"""
INSIDE = "int inside(int value) { return value; } struct Link { int descriptor; }; int close(const Link& link) { return link.descriptor; }"


def build(arguments, name, edits=(), added="", inside=INSIDE, soname="libsio.so.0.1"):
    _, _, cxx, work = arguments
    prefix = Path(work) / name
    (prefix / "include/sio").mkdir(parents=True)
    (prefix / "lib").mkdir()
    header = (HERE / "before.hpp").read_text()
    source = SOURCE.replace("INSIDE", inside).replace("ADDED", added)
    for old, new in edits:
        assert (header + source).count(old) >= 1, old
        header, source = header.replace(old, new), source.replace(old, new)
    (prefix / "include/sio/server.hpp").write_text(header)
    (prefix / "server.cpp").write_text(source)
    subprocess.run([cxx, "-std=c++20", "-g", "-fPIC", "-shared", f"-Wl,-soname,{soname}", f"-I{prefix}/include",
                    str(prefix / "server.cpp"), "-o", str(prefix / "lib" / soname)], check=True)
    return prefix


def main():
    root, work = Path(sys.argv[1]), Path(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    before = build(sys.argv, "before")
    failed = 0

    def expect(status, words, name, **change):
        nonlocal failed
        after = build(sys.argv, name, **change)
        done = subprocess.run([root / "scripts/abi-check", before, after], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode != status or not re.search(words, done.stdout):
            failed += 1
            print(f"{name}: status {done.returncode} instead of {status}, or no /{words}/ in:\n{done.stdout}")

    expect(0, "programs run with both", "nothing")
    expect(0, "programs run with both", "a function more",
           edits=[("};\n\nclass", "};\nint more(int value);\n\nclass")], added="int more(int value) { return value; }")
    expect(0, "programs run with both", "other insides",
           inside="int inside(long value) { return int(value); } struct Link { long descriptor; }; "
                  "long close(const Link& link) { return link.descriptor; }")
    expect(0, "another soname, libsio.so.0.2", "a break under another soname",
           edits=[("int limit = 1;", "long limit = 1;")], soname="libsio.so.0.2")
    expect(1, "breaks programs: libsio.so.0.1", "a larger struct",
           edits=[("int limit = 1;", "int limit = 1;\n    int burst = 2;")])
    expect(1, "breaks programs: libsio.so.0.1", "another type of a parameter",
           edits=[("name(const Options& options) const", "name(Options options) const")])
    expect(1, "breaks programs: libsio.so.0.1", "a virtual function before another",
           edits=[("    virtual int port", "    virtual int address() const { return 0; }\n    virtual int port")])
    print(f"{failed} failed" if failed else "abi-check: ok")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
