#!/usr/bin/env python3
"""Checks that clang-format would change nothing. Usage: format.py CLANG_FORMAT ROOT

To format what it reports: clang-format-19 -i FILE...
"""

import subprocess
import sys
from pathlib import Path

PARTS = ["include", "src", "apps", "examples", "tests", "fuzz", "bench"]


def main():
    clang_format, root = sys.argv[1], Path(sys.argv[2])
    files = [
        str(file)
        for part in PARTS
        for file in sorted((root / part).rglob("*"))
        if file.suffix in {".cpp", ".hpp"} and "node_modules" not in file.parts
    ]
    if not files:
        print("no sources found")
        return 1
    result = subprocess.run([clang_format, "--style=file", "--dry-run", "-Werror", "--ferror-limit=1", *files])
    if result.returncode == 0:
        print(f"{len(files)} files are formatted")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
