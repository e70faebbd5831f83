#!/usr/bin/env python3
"""Checks what may include what, and the length of files. Usage: layers.py ROOT

The rules and their reasons are in docs/design/layers.md. Prints one line for each violation; the status is 1 if there
is any.
"""

import re
import sys
from pathlib import Path

LAYERS = ["util", "wire", "greenlet", "io", "http", "client", "database", "session", "transport", "dispatch", "adapter", "net", "server"]
MAX_LINES = 1000
SOURCE_SUFFIXES = {".cpp", ".hpp"}
COUNTED_SUFFIXES = SOURCE_SUFFIXES | {".py", ".js", ".mjs", ".css", ".html", ".cmake", ".sh", ".md"}
PARTS = ["include", "src", "apps", "examples", "tests", "fuzz", "bench", "cmake", "packaging", "scripts", "docs", "static", "templates"]

# Which Boost libraries each place may use; the longest prefix that fits a file decides, Boost.JSON apart.
ASIO = re.compile(r"boost/asio(\.hpp|/)")
BEAST = re.compile(r"boost/beast(\.hpp|/)")
CONTEXT = re.compile(r"boost/context/")
ASIO_PLACES = ("src/greenlet/", "src/io/", "src/client/", "src/database/", "src/net/", "include/sio/beast.hpp")
BEAST_PLACES = ("src/client/", "src/net/", "include/sio/beast.hpp")
CONTEXT_PLACES = ("src/greenlet/",)
# Public headers that may include something of Boost, and what.
PUBLIC_BOOST = {
    "include/sio/json.hpp": re.compile(r"boost/json(\.hpp|/)"),
    "include/sio/describe.hpp": re.compile(r"boost/(describe|mp11)(\.hpp|/)"),
    "include/sio/beast.hpp": re.compile(r"boost/(asio|beast)(\.hpp|/)"),
    "include/sio/asio.hpp": re.compile(r"boost/(asio|system)(\.hpp|/)"),
    "include/sio/detail/operation_wait.hpp": re.compile(r"boost/asio/"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
STANDARD = re.compile(r"[a-z_0-9]+")


def check_include(path, layer, quote, name):
    """Yields what is wrong with one include of `path` (relative to the root); `layer` is None outside src."""
    target_layer = name.split("/")[0] if quote == '"' and name.split("/")[0] in LAYERS else None
    if layer is not None:
        if quote == '"' and target_layer is None:
            yield f'"{name}": includes in src are written from src, with their layer'
        if target_layer is not None and LAYERS.index(target_layer) > LAYERS.index(layer):
            yield f'"{name}": {target_layer} is right of {layer}'
    elif path.startswith(("apps/", "examples/", "include/")) and target_layer is not None:
        yield f'"{name}": only src and its tests may see the inside of the library'

    if path.startswith("src/"):
        for what, pattern, places in (
            ("Asio", ASIO, ASIO_PLACES),
            ("Beast", BEAST, BEAST_PLACES),
            ("Boost.Context", CONTEXT, CONTEXT_PLACES),
        ):
            if pattern.match(name) and not path.startswith(places):
                yield f"<{name}>: {what} belongs to {', '.join(places)}"

    if path.startswith("include/"):
        if quote == '"':
            yield f'"{name}": public headers include each other as <sio/...>'
        allowed = PUBLIC_BOOST.get(path)
        if not (name.startswith("sio/") or STANDARD.fullmatch(name) or (allowed and allowed.match(name))):
            yield f"<{name}>: public headers include only the standard library and <sio/...>"


def check_file(root, file):
    path = file.relative_to(root).as_posix()
    text = file.read_text(encoding="utf-8", errors="replace")
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield f"{path}: {lines} lines; the limit is {MAX_LINES}"
    if file.suffix not in SOURCE_SUFFIXES:
        return
    parts = path.split("/")
    layer = parts[1] if parts[0] == "src" and len(parts) > 2 else None
    if parts[0] == "src" and layer not in LAYERS:
        yield f"{path}: is in no layer"
        return
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        for problem in check_include(path, layer, match.group(1), match.group(2)):
            yield f"{path}:{line}: {problem}"
    if file.suffix == ".hpp" and "#pragma once" not in text:
        yield f"{path}: has no #pragma once"


def check(root):
    problems = []
    for part in PARTS:
        for file in sorted((root / part).rglob("*")):
            if file.suffix in COUNTED_SUFFIXES and file.is_file() and "node_modules" not in file.parts:
                problems += check_file(root, file)
    return problems


def main():
    problems = check(Path(sys.argv[1]).resolve())
    for problem in problems:
        print(problem)
    print(f"{len(problems)} violations" if problems else "layers: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
