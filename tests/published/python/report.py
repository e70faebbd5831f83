"""What a program of this folder says to run.py, in lines on standard output, and what it asks of it."""

import sys
import threading
import traceback

writing = threading.Lock()


def say(line):
    with writing:
        print(line.replace("\n", " "), flush=True)


def ask(line):
    """Has run.py do something to the server (`restart`, `freeze`), and waits until it is done."""
    say(line)
    if sys.stdin.readline().strip() != "done":
        raise RuntimeError(f"run.py did not {line}")


def check(name, function, *args):
    """Runs one check and says what came of it."""
    try:
        function(*args)
        say(f"ok {name}")
    except BaseException as error:  # pylint: disable=broad-except
        where = traceback.extract_tb(error.__traceback__)[-1]
        say(f"failed {name}: {type(error).__name__}: {str(error)[:200]} (line {where.lineno})")


def lacks(name, why):
    """The client cannot do this, or not rightly."""
    say(f"lacks {name}: {why}")


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{str(actual)[:80]!r} instead of {str(expected)[:80]!r}")


TEXT = "Grüße, 漢字, 👩\u200d👧, a\u2028b, </script> \"'\\"
VALUES = [TEXT, "", 0, -1, 1.5, True, False, None, [], [1, [2, {"a": None}]], {"k": {"ключ": TEXT}}]
LARGE = 900_000
COUNT = 2000
CROWD = 50
LIMIT_S = 30
