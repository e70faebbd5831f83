"""python-socketio with asyncio (Engine.IO 4): socketio_asyncio.py URL polling|websocket|upgrade"""

import asyncio
import sys

import engineio.payload
import socketio

from report import COUNT, CROWD, LARGE, LIMIT_S, TEXT, VALUES, ask, check, equal, lacks, say

# It takes no more than 16 packets in the answer to a poll unless it is told to.
engineio.payload.Payload.max_decode_packets = 5000

URL, MODE = sys.argv[1:3]
TRANSPORTS = {"polling": ["polling"], "websocket": ["websocket"], "upgrade": None}[MODE]
MATRIX = "/matrix"


async def open_client(namespaces=(MATRIX,), **options):
    client = socketio.AsyncClient(reconnection_delay=0.2, **options)
    await client.connect(URL, transports=TRANSPORTS, namespaces=list(namespaces), wait_timeout=LIMIT_S)
    return client


def hear(client, event, count=1):
    """A future of what the next `count` events bring."""
    heard, done = [], asyncio.get_running_loop().create_future()

    async def take(*args):
        heard.append(args)
        if len(heard) == count:
            done.set_result(heard)

    client.on(event, take, namespace=MATRIX)
    return asyncio.wait_for(done, LIMIT_S)


async def call(client, event, *args, namespace=MATRIX):
    return await client.call(event, args, namespace=namespace, timeout=LIMIT_S)


async def values():
    client = await open_client(reconnection=False)
    for value in VALUES:
        equal(await call(client, "echo", value), value)
    await client.disconnect()


async def binary():
    client = await open_client(reconnection=False)
    for data in (b"", bytes(range(256)) * 16, b"x" * LARGE):
        equal(await call(client, "echo", data), data)
    given = hear(client, "binary")
    await client.emit("give-binary", LARGE, namespace=MATRIX)
    equal(len((await given)[0][0]["parts"][0]), LARGE)
    await client.disconnect()


async def acks():
    client = await open_client(reconnection=False)
    client.on("question", lambda *args: (*args, "thanks"), namespace=MATRIX)
    answered = hear(client, "answered")
    await client.emit("ask", ("how", {"are": b"you"}), namespace=MATRIX)
    equal(await answered, [("how", {"are": b"you"}, "thanks")])
    await client.disconnect()


async def rooms():
    one, two = await open_client(reconnection=False), await open_client(reconnection=False)
    equal(await call(one, "join", "room"), "room")
    room = hear(one, "room")
    await call(two, "room", "room", TEXT)
    equal(await room, [(TEXT,)])
    await one.disconnect()
    await two.disconnect()


async def order():
    client = await open_client(reconnection=False)
    bounced = hear(client, "bounced", COUNT)
    for i in range(COUNT):
        await client.emit("tick", i, namespace=MATRIX)
        await client.emit("bounce", i, namespace=MATRIX)
    equal(await bounced, [(i,) for i in range(COUNT)])
    equal(await call(client, "ticks"), {"count": COUNT, "inOrder": True})
    await client.disconnect()


async def refusal():
    client = socketio.AsyncClient(reconnection=False)
    reason = []
    client.on("connect_error", reason.append, namespace="/forbidden")
    try:
        await client.connect(URL, transports=TRANSPORTS, namespaces=["/forbidden"], wait_timeout=5)
        raise AssertionError("it was let in")
    except socketio.exceptions.ConnectionError:
        equal(reason, [{"message": "forbidden", "data": {"code": 7}}])


async def kick():
    client = await open_client(reconnection=False)
    gone = hear(client, "disconnect")
    await client.emit("kick", namespace=MATRIX)
    await gone


async def namespaces():
    client = await open_client(("/", MATRIX), reconnection=False)
    equal(await call(client, "where", namespace="/"), "/")
    equal(await call(client, "where"), MATRIX)
    await client.disconnect()


async def crowd():
    clients = await asyncio.gather(*(open_client(reconnection=False) for _ in range(CROWD)))
    answers = await asyncio.gather(*(call(client, "echo", i) for i, client in enumerate(clients)))
    equal(answers, list(range(CROWD)))
    await asyncio.gather(*(client.disconnect() for client in clients))


async def reconnects_after(what):
    client = await open_client()
    again = hear(client, "connect")
    await asyncio.get_running_loop().run_in_executor(None, ask, what)
    await again
    equal(await call(client, "echo", "again"), "again")
    await client.disconnect()


for each in (values, binary, acks, rooms, order, refusal, kick, namespaces, crowd):
    check(each.__name__, lambda: asyncio.run(each()))
if MODE == "polling":
    lacks("restart", "over polling it takes the server's close packet for its own wish, and does not reconnect")
else:
    check("restart", lambda: asyncio.run(reconnects_after("restart")))
if MODE == "websocket":
    check("freeze", lambda: asyncio.run(reconnects_after("freeze")))
say("end")
