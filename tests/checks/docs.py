#!/usr/bin/env python3
"""Checks the documentation. Usage: docs.py ROOT [--compile BUILD CXX FLAG...]

- Relative links, with their #anchors, lead somewhere.
- Paths in `backticks` that begin with a folder of the tree exist; `src/net/shard` stands for its header and its source.
  A path right behind `owner/name` is of that repository, and is not looked for.
- A test that is named behind its file, `tests/a_test.cpp`: "what it says", is there; a promise without its test is none.
- docs/README.md links to every page under docs/.
- C++ blocks that include a header of sio compile: all of them are complete translation units (with --compile).
"""

import argparse
import hashlib
import re
import subprocess
import sys
from pathlib import Path

FOLDERS = ("include/", "src/", "apps/", "examples/", "tests/", "fuzz/", "bench/", "cmake/", "scripts/", "docs/", "static/",
           "templates/", ".ci/", "sio/")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(`{3,})([^\n]*)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`([^`\n]+)`")
FOREIGN_PATH = re.compile(r"`[\w.-]+/[\w.-]+`,\s+`[^`\n]+`")
NAMED_TEST = re.compile(r"`((?:tests|fuzz)/[^`\n]+)`((?:[:,;]?\s+(?:and\s+)?\"[^\"]+\")+)")
PATH = re.compile(r"[A-Za-z0-9_./*{},-]+")


def documents(root):
    found = sorted(root.glob("*.md"))
    for part in ("docs", "apps", "examples", "packaging", "tests", "fuzz", "bench", "src"):
        found += sorted(file for file in (root / part).rglob("*.md") if "node_modules" not in file.parts)
    return found


def without_code(text):
    return INLINE_CODE.sub("", FENCE.sub("", text))


def anchors(file):
    """The anchors that GitHub gives to the headings of a document."""
    names, counts = set(), {}
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", FENCE.sub("", file.read_text()), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        number = counts.get(name, 0)
        counts[name] = number + 1
        names.add(f"{name}-{number}" if number else name)
    return names


def check_links(root, file, text):
    for match in LINK.finditer(without_code(text)):
        link = match.group(1) or match.group(2)
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if not target.exists():
            yield f"link to {link}: there is no such file"
        elif not target.is_relative_to(root):
            yield f"link to {link}: outside of the project"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"link to {link}: there is no such heading"


def expand(pattern):
    """`a.{hpp,cpp}` -> a.hpp, a.cpp"""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if not match:
        return [pattern]
    return [name for option in match.group(1).split(",")
            for name in expand(pattern[: match.start()] + option + pattern[match.end():])]


def exists(root, name):
    base = root / "include" if name.startswith("sio/") else root
    if "*" in name:
        return any(base.glob(name))
    return (base / name).exists() or ("." not in Path(name).name and any(base.glob(name + ".?pp")))


def check_paths(root, text):
    text = FOREIGN_PATH.sub("", FENCE.sub("", text))
    for code in INLINE_CODE.findall(text):
        if code.startswith(FOLDERS) and PATH.fullmatch(code):
            for name in expand(code):
                if not exists(root, name):
                    yield f"`{name}`: there is no such file"


def check_named_tests(root, text):
    for match in NAMED_TEST.finditer(FENCE.sub("", text)):
        file = root / match.group(1)
        source = file.read_text() if file.is_file() else ""
        for name in re.findall(r"\"([^\"]+)\"", match.group(2)):
            if '"' + re.sub(r"\s+", " ", name) + '"' not in source:
                yield f"`{match.group(1)}`: there is no test \"{name}\""


def check_index(root):
    index = root / "docs" / "README.md"
    if index.exists():
        linked = {(index.parent / match.group(1)).resolve() for match in LINK.finditer(index.read_text()) if match.group(1)}
        for page in sorted(index.parent.rglob("*.md")):
            if page != index and page not in linked:
                yield f"docs/README.md: does not name {page.relative_to(index.parent)}"


def cpp_blocks(text):
    """(line, code) of every C++ block that includes a header of sio."""
    for match in FENCE.finditer(text):
        if match.group(2).strip() in ("cpp", "c++") and "#include <sio/" in match.group(3):
            yield text.count("\n", 0, match.start()) + 2, match.group(3)


def compile_block(root, build, command, file, line, code):
    name = file.relative_to(root).as_posix()
    source = build / (re.sub(r"\W", "_", name) + "_" + hashlib.sha256(code.encode()).hexdigest()[:12] + ".cpp")
    source.write_text(f'#line {line} "{name}"\n{code}')
    result = subprocess.run(
        [*command, "-c", "-o", str(source.with_suffix(".o")), str(source)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    return None if result.returncode == 0 else f"line {line}: the block does not compile:\n{result.stdout}"


def check(root, build=None, command=None):
    problems, blocks = [*check_index(root)], 0
    for file in documents(root):
        text = file.read_text()
        found = [*check_links(root, file, text), *check_paths(root, text), *check_named_tests(root, text)]
        if build:
            for line, code in cpp_blocks(text):
                blocks += 1
                if problem := compile_block(root, build, command, file, line, code):
                    found.append(problem)
        problems += [f"{file.relative_to(root)}: {problem}" for problem in found]
    return problems, blocks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--compile", nargs=argparse.REMAINDER, default=[])
    arguments = parser.parse_args()
    build = Path(arguments.compile[0]) if arguments.compile else None
    if build:
        build.mkdir(parents=True, exist_ok=True)
    problems, blocks = check(arguments.root.resolve(), build, arguments.compile[1:])
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else f"docs: ok, {blocks} blocks compiled")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
