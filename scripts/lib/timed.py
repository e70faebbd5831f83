"""Runs a compiler or a linker and appends what it cost to a file, as a line of JSON.

timed.py LOG COMMAND...: the launcher that scripts/build-cost gives to CMake.
"""
import json
import os
import sys

log, command = sys.argv[1], sys.argv[2:]
pid = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(pid, 0)
output = command[command.index("-o") + 1] if "-o" in command else command[-1]
line = {
    "output": output,
    "compile": "-c" in command,
    "cpu": usage.ru_utime + usage.ru_stime,
    "rss_mb": usage.ru_maxrss // 1024,
}
# One short write to a file opened for appending: lines of parallel commands do not mix.
with open(log, "a", encoding="utf-8") as file:
    file.write(json.dumps(line) + "\n")
sys.exit(os.waitstatus_to_exitcode(status) % 256)
