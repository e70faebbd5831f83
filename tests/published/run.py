#!/usr/bin/env python3
"""Published clients in other languages against the testbed: scripts/test-clients runs this.

    run.py TESTBED [--only REGEX] [--minutes N] [--table FILE]

Each program of this folder takes a URL and a transport, and says in lines what it has found (`ok NAME`, `failed NAME: why`,
`lacks NAME: why`); `restart` and `freeze` are done to its server. What is not there (a toolchain, a registry) is skipped, and
said so. Ends with a status other than 0 when a check failed.
"""

import argparse
import concurrent.futures
import dataclasses
import datetime
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "published"
# Long enough for clients that take seconds over a megabyte; a freeze is longer than both together.
PING_INTERVAL_S, PING_TIMEOUT_S, FREEZE_S = 2, 8, 12
PROGRAM_S = 180


class Skip(Exception):
    """Something that is not ours is missing."""


@dataclasses.dataclass
class Client:
    name: str
    version: str
    runtime: str
    protocol: str
    prepare: object  # () -> command
    modes: list
    tls: list = dataclasses.field(default_factory=list)  # modes that are run over TLS, too


@dataclasses.dataclass
class Result:
    client: Client
    mode: str
    passed: list = dataclasses.field(default_factory=list)
    failed: dict = dataclasses.field(default_factory=dict)
    lacks: dict = dataclasses.field(default_factory=dict)
    skipped: str = ""


# --- the server ------------------------------------------------------------------------------------------------------


def free_ports():
    """A port whose neighbour is free as well."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue


class Testbed:
    def __init__(self, executable, tls, deflate):
        self.port = free_ports()
        self.command = [executable, str(self.port), "--conformance", "--max-payload", "4000000",
                        "--ping-interval", str(PING_INTERVAL_S * 1000), "--ping-timeout", str(PING_TIMEOUT_S * 1000)]
        if tls:
            self.command += ["--tls", *certificate()]
        if deflate:
            self.command.append("--compression")
        self.socket_io = f"{'https' if tls else 'http'}://127.0.0.1:{self.port + 1}"
        self.websocket = f"ws://127.0.0.1:{self.port}/ws-echo"
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            raise RuntimeError("the testbed did not start")

    def stop(self):
        self.process.terminate()
        status = self.process.wait(20)
        self.process.stdout.close()
        if status != 0:
            raise RuntimeError(f"the testbed ended with status {status}")

    def obey(self, word):
        if word == "restart":
            self.stop()
            self.start()
        else:
            self.process.send_signal(signal.SIGSTOP)
            time.sleep(FREEZE_S)
            self.process.send_signal(signal.SIGCONT)


made_certificate = threading.Lock()


def certificate():
    files = [str(BUILD / "certificate.pem"), str(BUILD / "key.pem")]
    with made_certificate:
        if not all(map(os.path.exists, files)):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                            "/CN=127.0.0.1", "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


# --- the programs ----------------------------------------------------------------------------------------------------


def tool(*names):
    for name in names:
        if shutil.which(name) is None:
            raise Skip(f"{name} is not installed")


def fetch(command, **options):
    """Gets packages: where that fails the registry is out of reach, which is no fault of ours."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:] or ["no reason given"]
        raise Skip(f"{command[0]} cannot get the packages: {last[0][:160]}")


def build(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


preparing = threading.Lock()  # several clients are of one environment


def python(requirements, program):
    def prepare():
        tool("python3")
        environment = BUILD / "python" / requirements
        if not (environment / "ready").exists():
            fetch([sys.executable, "-m", "venv", str(environment)])
            fetch([str(environment / "bin/pip"), "install", "-q", "--disable-pip-version-check",
                   "-r", str(HERE / "python" / f"requirements-{requirements}.txt")])
            (environment / "ready").touch()
        return [str(environment / "bin/python"), "-W", "ignore", str(HERE / "python" / program)]
    return prepare


def java(profile, program):
    def prepare():
        tool("mvn", "javac")
        jars, classes = BUILD / "java" / profile / "jars", BUILD / "java" / profile / "classes"
        if not jars.exists():
            fetch(["mvn", "-q", "-B", "-f", str(HERE / "java/pom.xml"), "-P", profile, "dependency:copy-dependencies",
                   f"-DoutputDirectory={jars}"])
        build(["javac", "-cp", f"{jars}/*", "-d", str(classes), str(HERE / "java" / f"{program}.java"),
               str(HERE / "java/Report.java")])
        return ["java", "-Xmx512m", "-cp", f"{classes}:{jars}/*", program]
    return prepare


def go(program):
    def prepare():
        tool("go")
        fetch(["go", "mod", "download"], cwd=HERE / "go")
        build(["go", "build", "-o", str(BUILD / "go" / program), f"./{program}"], cwd=HERE / "go")
        return [str(BUILD / "go" / program)]
    return prepare


def rust(program):
    def prepare():
        tool("cargo")
        target = BUILD / "rust"
        fetch(["cargo", "fetch", "--locked", "-q"], cwd=HERE / "rust")
        build(["cargo", "build", "--locked", "--offline", "-q", "--bin", program, "--target-dir", str(target)],
              cwd=HERE / "rust")
        return [str(target / "debug" / program)]
    return prepare


BOTH = ["polling", "websocket", "upgrade"]
CLIENTS = [
    Client("python-socketio (threads)", "5.18.0", "Python", "Socket.IO 5", python("5", "socketio_threads.py"), BOTH, ["websocket"]),
    Client("python-socketio (asyncio)", "5.18.0", "Python", "Socket.IO 5", python("5", "socketio_asyncio.py"), BOTH),
    Client("python-socketio (threads)", "4.6.1", "Python", "Socket.IO 4", python("4", "socketio_threads.py"), BOTH),
    Client("socketIO-client", "0.7.2", "Python", "Socket.IO 4", python("0.7", "socketio_client.py"), ["polling", "websocket"]),
    Client("socketIO-client", "0.5.6", "Python", "Socket.IO 0.9", python("0.5", "socketio_client.py"), ["polling", "websocket"]),
    Client("io.socket:socket.io-client", "2.1.2", "Java", "Socket.IO 5", java("socketio-2", "SocketIo"), BOTH),
    Client("io.socket:socket.io-client", "1.0.2", "Java", "Socket.IO 4", java("socketio-1", "SocketIo"), BOTH),
    Client("io.socket:socket.io-client", "0.8.3", "Java", "Socket.IO 4", java("socketio-0.8", "SocketIo"), BOTH),
    Client("Netty", "4.2.18", "Java", "WebSocket", java("netty", "NettySockets"), ["websocket", "deflate"]),
    Client("Jetty", "12.1.14", "Java", "WebSocket", java("jetty", "JettySockets"), ["websocket", "deflate"]),
    Client("zishang520/socket.io", "3.0.6", "Go", "Socket.IO 5", go("socketio"), BOTH),
    Client("gorilla/websocket", "1.5.3", "Go", "WebSocket", go("gorilla"), ["websocket", "deflate"]),
    Client("coder/websocket", "1.8.14", "Go", "WebSocket", go("coder"), ["websocket", "deflate"]),
    Client("rust_socketio", "0.6.0", "Rust", "Socket.IO 5", rust("socketio"), BOTH),
    Client("tokio-tungstenite", "0.26.2", "Rust", "WebSocket", rust("tungstenite"), ["websocket"]),
]


def run(command, testbed_executable, result, mode, tls):
    testbed = Testbed(testbed_executable, tls, mode == "deflate")
    url = testbed.websocket if result.client.protocol == "WebSocket" else testbed.socket_io
    program = subprocess.Popen([*command, url, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    errors = []
    reader = threading.Thread(target=lambda: errors.append(program.stderr.read()))
    reader.start()
    too_long = threading.Timer(PROGRAM_S, program.kill)
    too_long.start()
    ended = False
    try:
        for line in program.stdout:
            word, _, rest = line.strip().partition(" ")
            name, _, why = rest.partition(": ")
            if word == "ok":
                result.passed.append(name)
            elif word in ("failed", "lacks"):
                getattr(result, word)[name] = why
            elif word in ("restart", "freeze"):
                testbed.obey(word)
                program.stdin.write("done\n")
                program.stdin.flush()
            elif word == "end":
                ended = True
    finally:
        too_long.cancel()
        program.kill()
        program.wait()
        reader.join()
        try:
            testbed.stop()
        except Exception as error:  # pylint: disable=broad-except
            result.failed["server"] = str(error)
    if not ended:
        result.failed["program"] = "ended early: " + (errors[0].strip().splitlines() or ["no word"])[-1][:300]


def test(client, executable, deadline):
    results = []
    try:
        with preparing:
            command = client.prepare()
        skipped = ""
    except Skip as reason:
        skipped = str(reason)
    for mode, tls in [(mode, False) for mode in client.modes] + [(mode, True) for mode in client.tls]:
        result = Result(client, mode + (" over TLS" if tls else ""), skipped=skipped)
        results.append(result)
        if not skipped and time.monotonic() > deadline:
            result.skipped = "no time was left"
        if result.skipped:
            continue
        run(command, executable, result, mode, tls)
        if result.failed and time.monotonic() < deadline:
            # It may have missed its moment on a busy machine: a second try, which is said.
            print(describe(result) + "\nonce more:", flush=True)
            results[-1] = result = Result(client, result.mode)
            run(command, executable, result, mode, tls)
    return results


# --- what came of it -------------------------------------------------------------------------------------------------


def describe(result):
    title = f"{result.client.name} {result.client.version}, {result.mode}"
    if result.skipped:
        return f"skipped  {title}: {result.skipped}"
    lines = [f"{'failed' if result.failed else 'passed'}   {title}: {len(result.passed)} checks"]
    lines += [f"    failed  {name}: {why}" for name, why in result.failed.items()]
    lines += [f"    lacks   {name}: {why}" for name, why in result.lacks.items()]
    return "\n".join(lines)


def table(results):
    rows, notes = [], []
    for client in CLIENTS:
        cells = []
        for result in (each for each in results if each.client is client):
            if result.skipped:
                cells.append(f"{result.mode}: not run")
                continue
            total = len(result.passed) + len(result.failed)
            cells.append(f"{result.mode}: {total}" if not result.failed else f"{result.mode}: {len(result.passed)} of {total}")
            notes += [(client, name, why) for name, why in result.lacks.items()]
        if cells:
            rows.append(f"| {client.name} {client.version} | {client.runtime} | {client.protocol} | {', '.join(cells)} |")
    text = f"Run on {datetime.date.today():%d %B %Y}.\n\n| client | in | speaks | checks that passed, by transport |\n|---|---|---|---|\n"
    text += "\n".join(rows) + "\n"
    faults = sorted({f"- {client.name} {client.version}: {name}: {why}" for client, name, why in notes})
    if faults:
        text += "\nWhat a client lacks or does wrong by itself, with any server:\n\n" + "\n".join(faults) + "\n"
    return text


def write_table(file, results):
    begin, end = "<!-- results: written by tests/published/run.py -->\n", "<!-- end of results -->\n"
    text = file.read_text()
    head, _, rest = text.partition(begin)
    file.write_text(head + begin + "\n" + table(results) + "\n" + end + rest.partition(end)[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("testbed")
    parser.add_argument("--only", default="", help="clients whose `name version` matches this regular expression")
    parser.add_argument("--minutes", type=float, default=9, help="no program is started after that")
    parser.add_argument("--table", type=pathlib.Path, help="writes the results into this document")
    options = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + options.minutes * 60

    chosen = [each for each in CLIENTS if re.search(options.only, f"{each.name} {each.version}")]
    results = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in pool.map(lambda each: test(each, options.testbed, deadline), chosen):
            results += done
            print("\n".join(map(describe, done)), flush=True)
    if options.table:
        write_table(options.table, results)
    passed = sum(len(each.passed) for each in results)
    failed = sum(len(each.failed) for each in results)
    print(f"{passed} passed, {failed} failed, {sum(bool(each.skipped) for each in results)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
