"""socketIO-client, 0.5 (Socket.IO 0.9) and 0.7 (Engine.IO 3): socketio_client.py URL polling|websocket"""

import json
import sys
import time
import urllib.parse

import socketIO_client
from socketIO_client import BaseNamespace, SocketIO

from report import COUNT, CROWD, LARGE, LIMIT_S, TEXT, VALUES, ask, check, equal, lacks, say

URL = urllib.parse.urlsplit(sys.argv[1])
MODE = sys.argv[2]
TRANSPORTS = ["xhr-polling" if MODE == "polling" else "websocket"]
# Of 0.5, which counts a payload of several packets in characters, where the server counts UTF-16.
OLD_POLLING = MODE == "polling" and socketIO_client.__version__.startswith("0.5")
BASIC = "".join(letter for letter in TEXT if ord(letter) < 0x10000) if OLD_POLLING else TEXT
# It gives a poll up when this is over.
WAIT_S = 1 if MODE == "polling" else 0.05


class Matrix(BaseNamespace):
    pass


def open_client(path="/matrix"):
    client = SocketIO(URL.hostname, URL.port, transports=TRANSPORTS, wait_for_connection=True)
    return client, client.define(Matrix, path)


def wait_until(client, condition):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("it did not come")
        client.wait(seconds=WAIT_S)


def call(client, namespace, event, *args):
    answers = []
    namespace.emit(event, *args, lambda *got: answers.append(got))
    client.wait_for_callbacks(seconds=LIMIT_S)
    if not answers:
        raise TimeoutError(f"no answer to {event}")
    return answers[0]


def heard(namespace, event):
    got = []
    namespace.on(event, lambda *args: got.append(args))
    return got


def values():
    client, namespace = open_client()
    for value in VALUES:
        if OLD_POLLING and "\N{GIRL}" in json.dumps(value, ensure_ascii=False):
            continue
        equal(call(client, namespace, "echo", value), (value,))
    equal(call(client, namespace, "echo", 1, BASIC), (1, BASIC))
    client.disconnect()


def large_text():
    client, namespace = open_client()
    equal(call(client, namespace, "echo", "e" * LARGE), ("e" * LARGE,))
    client.disconnect()


def rooms():
    (one, first), (two, second) = open_client(), open_client()
    equal(call(one, first, "join", "room"), ("room",))
    got = heard(first, "room")
    call(two, second, "room", "room", BASIC)
    wait_until(one, lambda: got)
    equal(got, [(BASIC,)])
    one.disconnect()
    two.disconnect()


def order():
    client, namespace = open_client()
    got = heard(namespace, "bounced")
    for i in range(COUNT):
        namespace.emit("tick", i)
        namespace.emit("bounce", i)
    wait_until(client, lambda: len(got) == COUNT)
    equal(got, [(i,) for i in range(COUNT)])
    equal(call(client, namespace, "ticks"), ({"count": COUNT, "inOrder": True},))
    client.disconnect()


def namespaces():
    client, matrix = open_client()
    root = client.define(Matrix, "")
    equal(call(client, matrix, "where"), ("/matrix",))
    equal(call(client, root, "where"), ("/",))
    client.disconnect()


def crowd():
    clients = [open_client() for _ in range(CROWD)]
    for i, (client, namespace) in enumerate(clients):
        equal(call(client, namespace, "echo", i), (i,))
    for client, _ in clients:
        client.disconnect()


for each in (values, large_text, rooms, order, namespaces, crowd):
    if each is order and OLD_POLLING:
        lacks("order", "it leaves a poll that it gives up open, and loses what is answered there")
    else:
        check(each.__name__.replace("_", " "), each)
lacks("binary", "it has none")
if OLD_POLLING:
    lacks("emoji", "it counts characters where the protocol counts UTF-16, and drops such packets when several come at once")
say("end")
