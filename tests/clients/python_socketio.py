"""Debian's python3-socketio against the testbed's matrix port, over both of its transports.

    SIO_TESTBED=build/dev/apps/testbed/testbed /usr/bin/python3 tests/clients/python_socketio.py

Bookworm's is 5.7.2, which speaks protocol 5 (Engine.IO 4).
"""

import importlib.metadata
import json
import os
import pathlib
import random
import signal
import socket as sockets
import subprocess
import threading
import unittest

import engineio.payload
import socketio

# It takes no more than 16 packets in the answer to a poll unless it is told to; every server has more to say at times.
engineio.payload.Payload.max_decode_packets = 2000

LIMIT_S = 30
TEXT = "Grüße, 漢字, 👩\u200d👩\u200d👧\u200d👦, a\u2028b, </script> \"'\\ \0"


def free_port_pair():
    while True:
        port = random.randrange(30_000, 40_000)
        try:
            for number in (port, port + 1):
                with sockets.socket() as probe:
                    probe.bind(("127.0.0.1", number))
            return port
        except OSError:
            pass


class Testbed:
    def __enter__(self):
        port = free_port_pair()
        self.process = subprocess.Popen([os.environ["SIO_TESTBED"], str(port), "--conformance"], stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            raise RuntimeError("the testbed did not start")
        self.url = f"http://127.0.0.1:{port + 1}"
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(15)
        self.process.stdout.close()
        if status != 0:
            raise RuntimeError(f"the testbed ended with status {status}")


class Results(unittest.TextTestResult):
    """Counts for each transport; with SIO_RESULTS, a directory, leaves what tests/support/results.mjs would."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.counts = {}

    def count(self, test):
        return self.counts.setdefault(type(test).__name__.lower(), {"tests": 0, "passed": 0})

    def startTest(self, test):
        super().startTest(test)
        self.count(test)["tests"] += 1

    def addSuccess(self, test):
        super().addSuccess(test)
        self.count(test)["passed"] += 1

    def stopTestRun(self):
        super().stopTestRun()
        if "SIO_RESULTS" not in os.environ:
            return
        directory = pathlib.Path(os.environ["SIO_RESULTS"])
        directory.mkdir(parents=True, exist_ok=True)
        version = importlib.metadata.version("python-socketio")
        for transport, count in self.counts.items():
            result = {"client": "python3-socketio", "version": version, "runtime": "Python", "transport": transport,
                      "server": "", **count}
            file = directory / f"python3-socketio-{version}-Python-{transport}.json"
            file.write_text(json.dumps(result, indent=2) + "\n")


class Scenario:
    """What each transport goes through."""

    transports = []

    @classmethod
    def setUpClass(cls):
        cls.testbed = cls.enterTestbed()

    @classmethod
    def enterTestbed(cls):
        testbed = Testbed().__enter__()
        cls.addClassCleanup(testbed.__exit__)
        return testbed

    def open(self, namespaces=("/matrix",), query="", limit_s=LIMIT_S, handlers=()):
        client = socketio.Client(reconnection=False)
        self.addCleanup(client.disconnect)
        for event, namespace, handler in handlers:
            client.on(event, handler, namespace=namespace)
        client.connect(self.testbed.url + query, transports=self.transports, namespaces=list(namespaces),
                       wait_timeout=limit_s)
        return client

    def call(self, client, event, *args, namespace="/matrix"):
        return client.call(event, args, namespace=namespace, timeout=LIMIT_S)

    def listen(self, client, event, count=1):
        """The arguments of the next `count` events, for wait()."""
        heard = []
        done = threading.Event()

        def take(*args):
            heard.append(args)
            if len(heard) == count:
                done.set()

        client.on(event, take, namespace="/matrix")

        def wait():
            self.assertTrue(done.wait(LIMIT_S), f"{count} of {event}: only {len(heard)}")
            return heard

        return wait

    def test_connects_and_knows_its_id(self):
        client = self.open(("/", "/matrix"), "?token=a%20b")
        self.assertEqual(self.call(client, "where"), "/matrix")
        self.assertEqual(self.call(client, "where", namespace="/"), "/")
        self.assertEqual(self.call(client, "whoami"), client.get_sid("/matrix"))
        self.assertEqual(self.call(client, "query", "token"), "a b")

    def test_a_refusal_is_told(self):
        told = []
        # It waits for the namespace for as long as it may, refused or not.
        with self.assertRaises(socketio.exceptions.ConnectionError):
            self.open(("/forbidden",), limit_s=2, handlers=[("connect_error", "/forbidden", told.append)])
        self.assertEqual(told, [{"message": "forbidden", "data": {"code": 7}}])

    def test_text_values_and_binary_come_back(self):
        client = self.open()
        for value in (TEXT, 0, -1.5, True, None, "", [], {"a": {"b": [1, None]}}, b"", bytes(range(256))):
            self.assertEqual(self.call(client, "echo", value), value)
        nested = {"list": [b"\0\1", {"deep": b"\xff"}], "text": TEXT}
        self.assertEqual(list(self.call(client, "echo", nested, b"last")), [nested, b"last"])
        self.assertEqual(self.call(client, "code-points", "é😀"), [0xE9, 0x1F600])

    def test_half_a_megabyte_goes_both_ways(self):
        client = self.open()
        # It writes JSON in ASCII: six bytes for each of these letters.
        for value in ("é" * 80_000, "e" * 500_000, bytes(range(250)) * 2000):
            self.assertEqual(self.call(client, "echo", value), value)

    def test_the_server_asks_and_is_answered(self):
        client = self.open()
        client.on("question", lambda *args: (*args, b"thanks"), namespace="/matrix")
        answered = self.listen(client, "answered")
        client.emit("ask", ("how", {"are": b"you"}), namespace="/matrix")
        self.assertEqual(answered(), [("how", {"are": b"you"}, b"thanks")])

    def test_rooms_and_broadcasts_reach_who_is_there(self):
        one, two = self.open(), self.open()
        self.assertEqual(self.call(one, "join", "room"), "room")
        room, everyone = self.listen(one, "room"), self.listen(two, "bcast")
        self.call(two, "room", "room", TEXT)
        self.call(one, "bcast", TEXT, b"\0")
        self.assertEqual(room(), [(TEXT,)])
        self.assertEqual(everyone(), [(TEXT, b"\0")])

    def test_a_thousand_messages_arrive_in_order(self):
        client = self.open()
        bounced = self.listen(client, "bounced", 1000)
        for i in range(1000):
            client.emit("tick", i, namespace="/matrix")
            client.emit("bounce", i, namespace="/matrix")
        # Its reader runs each handler on a thread of its own: all come, whatever their order.
        self.assertEqual(sorted(bounced()), [(i,) for i in range(1000)])
        self.assertEqual(self.call(client, "ticks"), {"count": 1000, "inOrder": True})

    def test_leaving_is_told_to_others(self):
        one, two = self.open(), self.open()
        gone = self.listen(two, "gone")
        self.call(one, "name", "python")
        one.disconnect()
        self.assertEqual(gone(), [("python",)])

    def test_the_server_can_end_it(self):
        client = self.open()
        ended = self.listen(client, "disconnect")
        client.emit("kick", namespace="/matrix")
        ended()
        self.assertFalse(client.connected)


class Polling(Scenario, unittest.TestCase):
    transports = ["polling"]


class WebSocket(Scenario, unittest.TestCase):
    transports = ["websocket"]

    def test_it_is_on_websocket(self):
        self.assertEqual(self.open().transport(), "websocket")


class Upgrade(Scenario, unittest.TestCase):
    transports = ["polling", "websocket"]

    def test_it_ends_on_websocket(self):
        self.assertEqual(self.open().transport(), "websocket")


if __name__ == "__main__":
    unittest.main(warnings="ignore", testRunner=unittest.TextTestRunner(resultclass=Results, warnings="ignore"))
