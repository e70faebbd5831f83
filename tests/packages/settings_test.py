#!/usr/bin/env python3
"""Compares the options of the chat with its manual page and its service's settings.

Usage: settings_test.py CHAT ROOT
"""

import re
import subprocess
import sys
from pathlib import Path


def main():
    chat, packaging = sys.argv[1], Path(sys.argv[2]) / "packaging/debian"
    text = subprocess.run([chat, "--help"], check=True, stdout=subprocess.PIPE, text=True, timeout=30).stdout
    options = {(flag, variable) for flag, variable in re.findall(r"^  (--[a-z-]+)(?: [A-Z]+)?(?:    (CHAT_[A-Z_]+))?$", text, re.MULTILINE)}
    assert len(options) > 10, text

    manual = (packaging / "sio-chat.1.in").read_text().replace("\\-", "-")
    described = set(re.findall(r"^\.TP\n\\fB(--[a-z-]+)\\fR(?: \\fI[A-Z]+\\fR)?(?:, \\fB(CHAT_[A-Z_]+)\\fR)?$", manual, re.MULTILINE))
    problems = [f"sio-chat.1.in does not describe {' or '.join(option)}" for option in sorted(options - described)]
    problems += [f"sio-chat.1.in describes {' or '.join(option)}, which the chat has not" for option in sorted(described - options)]

    variables = {variable for _, variable in options}
    for name in ("sio-chat.conf", "sio-chat.service"):
        for variable in re.findall(r"\bCHAT_[A-Z_]+", (packaging / name).read_text()):
            if variable not in variables:
                problems.append(f"{name} sets {variable}, which the chat does not read")
    print("\n".join(problems) or "settings: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
