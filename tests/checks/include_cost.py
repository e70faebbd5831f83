#!/usr/bin/env python3
"""What including sio costs those who use it. Usage: include_cost.py ROOT LIMIT COMPILER [FLAG...]

Compiles a file with a namespace class, and the reference file of scripts/build-cost, in turn, and compares the CPU time of each:
fails when the first takes more than LIMIT of the second.
"""

import os
import sys
import tempfile
from pathlib import Path

NAMESPACE = """
#include <sio/event_table.hpp>
#include <sio/mixins.hpp>
#include <sio/namespace.hpp>

class Chat : public virtual sio::BaseNamespace, public sio::RoomsMixin {
public:
    static void events(sio::EventTable<Chat>& on) { on("say", &Chat::say); }
    bool say(const std::string& text) {
        emit_to_room("room", "said", text);
        return true;
    }
};
"""
ROUNDS = 3


def cpu_seconds(command):
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime


def main():
    root, limit, compiler = Path(sys.argv[1]), float(sys.argv[2]), [*sys.argv[3:], f"-I{sys.argv[1]}/include"]
    with tempfile.TemporaryDirectory() as scratch:
        namespace = Path(scratch) / "namespace.cpp"
        namespace.write_text(NAMESPACE)
        output = ["-o", f"{scratch}/object.o", "-c"]
        rounds = [(cpu_seconds([*compiler, *output, str(namespace)]),
                   cpu_seconds([*compiler, *output, str(root / "bench/build/reference.cpp")])) for _ in range(ROUNDS)]
    # The least of each: what else the machine does only adds.
    ours, reference = (min(column) for column in zip(*rounds))
    print(f"a namespace's file: {ours:.2f} CPU s, {ours / reference:.2f} of the reference file ({reference:.2f} CPU s); "
          f"allowed: {limit}")
    return 0 if ours <= limit * reference else 1


if __name__ == "__main__":
    sys.exit(main())
