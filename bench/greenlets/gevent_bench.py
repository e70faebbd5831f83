#!/usr/bin/env python3
"""What bench_greenlets measures, for gevent (Debian: python3-gevent). Usage: gevent_bench.py"""

import time

import gevent
import gevent.queue
import greenlet


def measure(name, count, function):
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        function(count)
        best = min(best, (time.process_time() - begin) / count)
    print(f"{name:28} {best * 1e9:8.0f} ns")


def spawn_and_join(count):
    for _ in range(count):
        gevent.spawn(lambda: None).join()


def spawn_many_and_join(count):
    for _ in range(count // 1000):
        gevent.joinall([gevent.spawn(lambda: None) for _ in range(1000)])


def switches(count):
    def other():
        for _ in range(count // 2):
            gevent.sleep(0)

    child = gevent.spawn(other)
    for _ in range(count // 2):
        gevent.sleep(0)
    child.join()


def raw_switches(count):
    def other():
        for _ in range(count // 2):
            child.parent.switch()

    child = greenlet.greenlet(other)
    for _ in range(count // 2):
        child.switch()


def queue_round_trips(count):
    there, back = gevent.queue.Queue(), gevent.queue.Queue()

    def echo():
        while True:
            back.put(there.get())

    child = gevent.spawn(echo)
    for i in range(count):
        there.put(i)
        back.get()
    child.kill()


def resident_kb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def sleepers(count):
    before, begin = resident_kb(), time.process_time()
    children = [gevent.spawn(gevent.sleep, 3) for _ in range(count)]
    gevent.sleep(1)
    each = (resident_kb() - before) / count
    gevent.joinall(children)
    print(f"{count} asleep at once         {each:8.1f} KB each, "
          f"{(time.process_time() - begin) / count * 1e9:.0f} ns from spawn to join")


measure("spawn and join", 50_000, spawn_and_join)
measure("spawn 1000, join 1000", 50_000, spawn_many_and_join)
measure("switch", 200_000, switches)
measure("raw switch", 1_000_000, raw_switches)
measure("queue, there and back", 50_000, queue_round_trips)
sleepers(100_000)
