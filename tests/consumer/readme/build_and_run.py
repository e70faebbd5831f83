#!/usr/bin/env python3
"""Builds and runs what README.md shows. Usage: build_and_run.py README PREFIX WORK_DIR CMAKE [OPTION...]

The program is the first C++ block with a main(), its CMakeLists.txt the first CMake block with find_package(sio); both
are taken as they stand, but for the port. A client then opens a session over long-polling, connects to /chat, joins and
gets its acknowledgement; SIGTERM ends the program in order.
"""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

FENCE = re.compile(r"^```(\w+)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
PORT = "5000"


def block(text, language, needle):
    for match in FENCE.finditer(text):
        if match.group(1) == language and needle in match.group(2):
            return match.group(2)
    raise SystemExit(f"README.md has no {language} block with {needle!r}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(url, body=None):
    with urllib.request.urlopen(url, data=body and body.encode(), timeout=10) as response:
        return response.read().decode()


def open_session(base, program):
    """The handshake, tried until the program listens."""
    for _ in range(100):
        try:
            return json.loads(request(base)[1:])
        except OSError:
            if program.poll() is not None:
                raise SystemExit(f"the program ended with status {program.returncode}")
            time.sleep(0.1)
    raise SystemExit("the program did not listen within 10 seconds")


def talk(port, program):
    base = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"
    session = f"{base}&sid={open_session(base, program)['sid']}"
    assert request(session, "40/chat,") == "ok"
    connected = request(session)
    assert re.fullmatch(r'40/chat,\{"sid":"[^"]+"\}', connected), connected
    sid = json.loads(connected[len("40/chat,"):])["sid"]
    assert request(session, '42/chat,7["join","lobby"]') == "ok"
    acknowledged = request(session)
    assert acknowledged == f'43/chat,7["{sid}"]', acknowledged
    assert "Chat" in request(f"http://127.0.0.1:{port}/")


def main():
    readme, prefix, work, cmake = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    text = readme.read_text()
    code = block(text, "cpp", "int main()")
    project = block(text, "cmake", "find_package(sio")
    if code.count(PORT) != 1:
        raise SystemExit(f"the program has to name the port {PORT} once")
    source = re.search(r"add_executable\(\s*(\w+)\s+([\w.]+)", project)
    port = free_port()
    work.mkdir(parents=True, exist_ok=True)
    (work / source.group(2)).write_text(code.replace(PORT, str(port)))
    (work / "CMakeLists.txt").write_text(project)

    build = work / "build"
    for command in ([cmake, "-S", str(work), "-B", str(build), f"-DCMAKE_PREFIX_PATH={prefix}", *sys.argv[5:]],
                    [cmake, "--build", str(build)]):
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    program = subprocess.Popen([str(build / source.group(1))], stdin=subprocess.DEVNULL)
    try:
        talk(port, program)
        program.send_signal(signal.SIGTERM)
        status = program.wait(timeout=20)
        assert status == 0, f"ended with status {status}"
    finally:
        program.kill()
        program.wait()
    print("README.md: its program builds, serves and stops")


if __name__ == "__main__":
    main()
