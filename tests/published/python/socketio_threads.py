"""python-socketio with threads, 4.x (Engine.IO 3) and 5.x (Engine.IO 4): socketio_threads.py URL polling|websocket|upgrade"""

import sys
import threading

import engineio.payload
import requests
import socketio

from report import COUNT, CROWD, LARGE, LIMIT_S, TEXT, VALUES, ask, check, equal, lacks, say

# It takes no more than 16 packets in the answer to a poll unless it is told to; every server has more to say at times.
engineio.payload.Payload.max_decode_packets = 5000

URL, MODE = sys.argv[1:3]
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}[MODE]
MATRIX = "/matrix"
NEW = hasattr(socketio, "SimpleClient")  # 5.x


def session():
    made = requests.Session()
    made.verify = False
    return made


def open_client(namespaces=(MATRIX,), **options):
    client = socketio.Client(http_session=session(), ssl_verify=False, reconnection_delay=0.2, **options)
    more = {"wait_timeout": LIMIT_S} if NEW else {}
    # 4.x does not wait for its namespaces.
    connected = {namespace: threading.Event() for namespace in namespaces}
    for namespace, event in connected.items():
        client.on("connect", event.set, namespace=namespace)
    client.connect(URL, transports=TRANSPORTS, namespaces=list(namespaces), **more)
    if not all(event.wait(LIMIT_S) for event in connected.values()):
        raise TimeoutError("a namespace was not connected")
    return client


class Heard:
    """What comes of one event."""

    def __init__(self, client, event, count=1):
        self.all, self.count, self.done = [], count, threading.Event()
        client.on(event, self.take, namespace=MATRIX)

    def take(self, *args):
        self.all.append(args)
        if len(self.all) >= self.count:
            self.done.set()

    def wait(self):
        if not self.done.wait(LIMIT_S):
            raise TimeoutError(f"{len(self.all)} of {self.count}")
        return self.all


def call(client, event, *args, namespace=MATRIX):
    return client.call(event, args, namespace=namespace, timeout=LIMIT_S)


def values():
    for value in VALUES:
        equal(call(shared, "echo", value), value)
    equal(list(call(shared, "echo", 1, TEXT, [None])), [1, TEXT, [None]])


def binary():
    if NEW:
        equal(call(shared, "echo", b""), b"")
    else:
        lacks("empty binary", "an acknowledgement with an empty attachment comes as None")
    for data in (b"\0\xff", bytes(range(256)) * 16, b"x" * LARGE):
        equal(call(shared, "echo", data), data)
    nested = {"list": [b"\0\1", {"deep": b"\xff"}], "text": TEXT}
    equal(list(call(shared, "echo", nested, b"last")), [nested, b"last"])
    heard = Heard(shared, "binary")
    shared.emit("give-binary", LARGE, namespace=MATRIX)
    equal(heard.wait()[0][0]["parts"][0], (bytes(range(256)) * (LARGE // 256 + 1))[:LARGE])


def large_text():
    equal(call(shared, "echo", "e" * LARGE), "e" * LARGE)
    equal(call(shared, "echo", "é" * 100_000), "é" * 100_000)


def acks():
    shared.on("question", lambda *args: (*args, "thanks"), namespace=MATRIX)
    heard = Heard(shared, "answered")
    shared.emit("ask", ("how", {"are": "you"}), namespace=MATRIX)
    equal(heard.wait(), [("how", {"are": "you"}, "thanks")])


def rooms():
    one, two = open_client(reconnection=False), open_client(reconnection=False)
    equal(call(one, "join", "room"), "room")
    room, others, everyone = Heard(one, "room"), Heard(two, "room"), Heard(two, "bcast")
    call(two, "room", "room", TEXT)
    equal(room.wait(), [(TEXT,)])
    call(one, "bcast", "end")
    equal(everyone.wait(), [("end",)])
    equal(others.all, [])
    one.disconnect()
    two.disconnect()


def order():
    bounced = Heard(shared, "bounced", COUNT)
    for i in range(COUNT):
        shared.emit("tick", i, namespace=MATRIX)
        shared.emit("bounce", i, namespace=MATRIX)
    # Each handler runs on a thread of its own, so that only what the server has seen has an order.
    equal(sorted(bounced.wait()), [(i,) for i in range(COUNT)])
    equal(call(shared, "ticks"), {"count": COUNT, "inOrder": True})


def refusal():
    told = threading.Event()
    reason = []
    client = socketio.Client(http_session=session(), ssl_verify=False, reconnection=False)
    client.on("connect_error", lambda *args: (reason.append(args), told.set()), namespace="/forbidden")
    try:
        client.connect(URL, transports=TRANSPORTS, namespaces=["/forbidden"], **({"wait_timeout": 5} if NEW else {}))
        refused = not NEW
    except socketio.exceptions.ConnectionError:
        refused = True
    equal(refused, True)
    equal(told.wait(LIMIT_S), True)
    equal(reason[0][0], {"message": "forbidden", "data": {"code": 7}} if NEW else {"code": 7})
    client.disconnect()


def kick():
    client = open_client(reconnection=False)
    gone = Heard(client, "disconnect")
    client.emit("kick", namespace=MATRIX)
    gone.wait()


def namespaces():
    client = open_client(("/", MATRIX), reconnection=False)
    equal(call(client, "where", namespace="/"), "/")
    equal(call(client, "where"), MATRIX)
    client.disconnect()


def crowd():
    clients = [open_client(reconnection=False) for _ in range(CROWD)]
    for i, client in enumerate(clients):
        equal(call(client, "echo", i), i)
    for client in clients:
        client.disconnect()


def reconnects_after(what):
    client = open_client()
    again = Heard(client, "connect")
    ask(what)
    again.wait()
    equal(call(client, "echo", "again"), "again")
    client.disconnect()


shared = open_client(reconnection=False)
if MODE != "polling":
    check("transport", lambda: equal(shared.transport(), "websocket"))
for each in (values, binary, large_text, acks, rooms, order, refusal, kick, namespaces, crowd):
    check(each.__name__.replace("_", " "), each)
shared.disconnect()
if MODE == "polling":
    lacks("restart", "over polling it takes the server's close packet for its own wish, and does not reconnect")
else:
    check("restart", reconnects_after, "restart")
if MODE == "websocket":
    check("freeze", reconnects_after, "freeze")
say("end")
