#!/usr/bin/env python3
"""A PostgreSQL server for one test program, in a cluster of its own that is gone afterwards.

Prints "ready PORT DIRECTORY" when it listens: on 127.0.0.1 and on a Unix socket in DIRECTORY, for the user `sio` without
a password. Then obeys lines of standard input, and answers each with "done": `stop`, `start`, `restart`. Ends with the end
of standard input, which also comes when the test dies. As root, which PostgreSQL refuses, it runs the server as `postgres`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START_LIMIT = 120
STOP_LIMIT = 5  # for each way of stopping, the gentle one first
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "max_connections": "40",
    "shared_buffers": "16MB",
    "log_min_messages": "panic",
    "autovacuum": "off",
}


def programs():
    """The folder of the newest server that is installed; Debian's is not in the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"),
                   key=lambda path: int(re.sub(r"\D", "", path.parent.parent.name) or 0))
    if found:
        return found[-1].parent
    program = shutil.which("postgres")
    if not program:
        sys.exit("there is no PostgreSQL server (Debian: postgresql)")
    return Path(program).resolve().parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self):
        self.programs = programs()
        self.identity = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        self.directory = Path(tempfile.mkdtemp(prefix="sio-postgres-"))
        if self.identity:
            shutil.chown(self.directory, "postgres", "postgres")
        self.data = self.directory / "data"
        self.port = free_port()
        self.process = None

    def create(self):
        subprocess.run(
            [self.programs / "initdb", "-D", self.data, "-U", "sio", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=self.directory, **self.identity)

    def start(self):
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, "-k", self.directory, "-p", str(self.port), *settings],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=self.directory, **self.identity)
        end = time.monotonic() + START_LIMIT
        asks = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "sio", "-d", "postgres"]
        while subprocess.run(asks, check=False, stdin=subprocess.DEVNULL).returncode != 0:
            if self.process.poll() is not None:
                raise RuntimeError(f"postgres ended with {self.process.returncode}")
            if time.monotonic() > end:
                raise RuntimeError("postgres does not answer")
            time.sleep(0.02)

    def start_somewhere(self):
        """The first start: another process may have taken the port meanwhile."""
        for attempt in range(3):
            try:
                return self.start()
            except RuntimeError:
                if attempt == 2:
                    raise
                self.stop()
                self.port = free_port()

    def stop(self):
        if self.process is None:
            return
        for stop_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(stop_signal)
            try:
                self.process.wait(STOP_LIMIT)
                break
            except subprocess.TimeoutExpired:
                pass
        self.process = None

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the test ends, and then we do
    server = Server()
    try:
        server.create()
        server.start_somewhere()
        print("ready", server.port, server.directory, flush=True)
        for line in sys.stdin:
            command = line.strip()
            if command in ("stop", "restart"):
                server.stop()
            if command in ("start", "restart"):
                server.start()
            print("done", flush=True)
    finally:
        server.remove()


if __name__ == "__main__":
    main()
