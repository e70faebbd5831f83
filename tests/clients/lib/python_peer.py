"""A client of Debian's python3-socketio that a test in Node plays: python_peer.py URL TRANSPORT

Commands and what happens are lines of JSON, arrays, on standard input and output; bytes are `{"$bytes": "<base64>"}`.

    <- ["emit", "event", [args], id]      -> ["connect"]
    <- ["answer", [args]]                 -> ["event", "name", [args]]
    <- ["disconnect"]                     -> ["ack", id, [args]]

A `question` is acknowledged with the next `answer`.
"""

import base64
import json
import queue
import sys
import threading

import engineio.payload
import socketio

# It takes no more than 16 packets in the answer to a poll unless it is told to.
engineio.payload.Payload.max_decode_packets = 2000

NAMESPACE = "/matrix"
LIMIT_S = 30

writing = threading.Lock()
answers = queue.Queue()


def packed(value):
    return {"$bytes": base64.b64encode(value).decode()}


def unpacked(value):
    return base64.b64decode(value["$bytes"]) if value.keys() == {"$bytes"} else value


def say(*message):
    line = json.dumps(message, default=packed)
    with writing:
        print(line, flush=True)


def on_event(event, *args):
    say("event", event, args)
    return tuple(answers.get(timeout=LIMIT_S)) if event == "question" else None


def main():
    url, transport = sys.argv[1:]
    client = socketio.Client(reconnection=False)
    client.on("*", on_event, namespace=NAMESPACE)
    client.connect(url, transports=[transport], namespaces=[NAMESPACE], wait_timeout=LIMIT_S)
    say("connect")
    for line in sys.stdin:
        command, *rest = json.loads(line, object_hook=unpacked)
        if command == "emit":
            event, args, number = rest
            # `number` is the next one by the time that the answer comes.
            callback = None if number is None else lambda *reply, number=number: say("ack", number, reply)
            client.emit(event, tuple(args), namespace=NAMESPACE, callback=callback)
        elif command == "answer":
            answers.put(rest[0])
        else:
            break
    client.disconnect()


main()
