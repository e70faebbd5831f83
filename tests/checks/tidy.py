#!/usr/bin/env python3
"""Runs clang-tidy over the library and the apps. Usage: tidy.py CLANG_TIDY ROOT BUILD [--jobs N]

A file that passed is not looked at again until it, a header of the project that it includes, its compile command, the
configuration or clang-tidy itself changes. What passed is remembered in $XDG_CACHE_HOME/sio/clang-tidy, beside the
builds, so that a new build directory profits as well.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PARTS = ("src/", "apps/")
KEEP_SECONDS = 30 * 24 * 3600
INCLUDE = re.compile(rb'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


class Digest:
    """Digests of sources together with all that they include of the project."""

    def __init__(self, root):
        self.root = root
        self.texts = {}

    def text(self, file):
        if file not in self.texts:
            self.texts[file] = file.read_bytes()
        return self.texts[file]

    def find(self, file, name):
        for directory in (file.parent, self.root / "src", self.root / "include"):
            candidate = directory / name
            if candidate.is_file():
                return candidate.resolve()
        return None

    def closure(self, file):
        seen, todo = set(), [file]
        while todo:
            current = todo.pop()
            if current in seen:
                continue
            seen.add(current)
            for name in INCLUDE.findall(self.text(current)):
                if found := self.find(current, name.decode()):
                    todo.append(found)
        return seen

    def of(self, file, command, common):
        digest = hashlib.sha256(common)
        # Where the tree and its build stand does not matter.
        digest.update(command.replace(str(self.root), "").encode())
        for part in sorted(self.closure(file)):
            digest.update(part.relative_to(self.root).as_posix().encode() + b"\0" + self.text(part) + b"\0")
        return digest.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("clang_tidy")
    parser.add_argument("root", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    root = arguments.root.resolve()

    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sio" / "clang-tidy"
    cache.mkdir(parents=True, exist_ok=True)
    for stamp in cache.iterdir():
        if stamp.stat().st_mtime < time.time() - KEEP_SECONDS:
            stamp.unlink(missing_ok=True)

    version = subprocess.run([arguments.clang_tidy, "--version"], check=True, capture_output=True).stdout
    digest = Digest(root)
    common = version + (root / ".clang-tidy").read_bytes()
    todo, passed = {}, 0
    for entry in json.loads((arguments.build / "compile_commands.json").read_text()):
        file = Path(entry["file"]).resolve()
        if not file.is_relative_to(root) or not file.relative_to(root).as_posix().startswith(PARTS):
            continue
        command = re.sub(r" -o \S+ ", " ", entry["command"])
        stamp = cache / digest.of(file, command, common)
        if stamp.exists():
            stamp.touch()
            passed += 1
        else:
            todo[file] = stamp
    if not todo and not passed:
        print("no sources found")
        return 1
    print(f"{passed} files are unchanged since they passed; {len(todo)} to look at", flush=True)

    def tidy(file):
        return subprocess.run(
            [arguments.clang_tidy, "--quiet", "-p", str(arguments.build), str(file)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )

    failures = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {pool.submit(tidy, file): file for file in todo}
        for run in concurrent.futures.as_completed(runs):
            file, result = runs[run], run.result()
            if result.returncode == 0:
                todo[file].touch()
            else:
                failures += 1
                print(f"--- {file.relative_to(root)}\n{result.stdout}", flush=True)
    print(f"{failures} files with findings" if failures else "clang-tidy: ok")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
