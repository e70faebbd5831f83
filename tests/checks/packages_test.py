#!/usr/bin/env python3
"""Tests of scripts/lib/packages.sh: what it would install on systems that its package tools only pretend to be."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "lib"

# What `boost` may stand for on a system whose lists have these packages.
DEBIAN_12 = {"libboost1.74-dev", "libboost1.81-dev"}
UBUNTU_24_04 = {"libboost1.74-dev", "libboost1.83-dev"}
DEBIAN_13 = {"libboost1.83-dev", "libboost1.88-dev"}

TOOLS = {
    "dpkg-query": 'for last; do :; done\ngrep -qxF "$last" "$SYSTEM/installed" && printf installed',
    "apt-cache": 'grep -xF "$2" "$SYSTEM/available"',
    # `update` makes the lists known; `install -s` tells what would go, and `install` what came.
    "apt-get": """
case " $* " in
    *" update "*) cp "$SYSTEM/mirror" "$SYSTEM/available" ;;
    *" -s "*) cat "$SYSTEM/removes" ;;
    *" install "*) echo "$*" >"$SYSTEM/done" ;;
esac""",
    "sudo": '[ "$1" = -n ] && shift\nexec "$@"',
}


class Packages(unittest.TestCase):
    def run_on(self, mirror, *needs, available=None, installed=(), removes=""):
        """Installs `needs`; returns what the script said and the packages that apt-get was given, or None."""
        with tempfile.TemporaryDirectory() as directory:
            system = Path(directory)
            (system / "mirror").write_text("".join(f"{name}\n" for name in mirror))
            (system / "available").write_text("".join(f"{name}\n" for name in available or mirror if available != set()))
            (system / "installed").write_text("".join(f"{name}\n" for name in installed))
            (system / "removes").write_text(removes)
            (system / "bin").mkdir()
            for tool, text in TOOLS.items():
                path = system / "bin" / tool
                path.write_text(f"#!/bin/sh\n{text}\n")
                path.chmod(0o755)
            script = f'set -euo pipefail; source "{SCRIPTS}/ui.sh"; source "{SCRIPTS}/packages.sh"; install_missing "$@"'
            environment = dict(os.environ, PATH=f"{system / 'bin'}:{os.environ['PATH']}", SYSTEM=directory, NO_COLOR="1")
            done = subprocess.run(["bash", "-c", script, "test", *needs], cwd=directory, env=environment, text=True,
                                  capture_output=True)
            given = system / "done"
            packages = given.read_text().split(" install ")[1].split() if given.exists() else None
            self.assertEqual(done.returncode == 0, packages is not None or done.stderr == "", done.stderr)
            return done.stderr, packages

    def boost(self, version):
        return [f"libboost{version}-dev", f"libboost-context{version}-dev", f"libboost-json{version}-dev"]

    def test_takes_the_newest_boost_that_the_system_has_and_sio_supports(self):
        for mirror, version in ((DEBIAN_12, "1.81"), (UBUNTU_24_04, "1.83"), (DEBIAN_13, "1.88"),
                                (DEBIAN_13 | {"libboost1.90-dev"}, "1.88")):
            self.assertEqual(self.run_on(mirror, "boost")[1], self.boost(version))

    def test_asks_the_package_lists_only_after_they_are_there(self):
        self.assertEqual(self.run_on(DEBIAN_13, "boost", available=set())[1], self.boost("1.88"))

    def test_keeps_a_supported_boost_that_is_installed(self):
        said, packages = self.run_on(DEBIAN_13, "boost", installed={"libboost1.83-dev"})
        self.assertEqual(packages, self.boost("1.83")[1:])
        self.assertEqual(self.run_on(DEBIAN_13, "boost", installed=set(self.boost("1.83"))), ("", None))

    def test_takes_another_architecture_s_packages(self):
        arm64 = {f"{name}:arm64" for name in DEBIAN_13}
        packages = self.run_on(DEBIAN_12 | arm64, "boost:arm64", "zlib1g-dev:arm64")[1]
        self.assertEqual(packages, [f"{name}:arm64" for name in (*self.boost("1.88"), "zlib1g-dev")])

    def test_says_that_a_system_has_no_boost_for_it(self):
        said, packages = self.run_on({"libboost1.74-dev"}, "boost")
        self.assertIsNone(packages)
        self.assertIn("no Boost that sio supports: 1.81 to 1.88", said)

    def test_removes_nothing(self):
        said, packages = self.run_on(DEBIAN_12, "boost", installed={"libboost1.74-dev"},
                                     removes="Remv libboost1.74-dev [1.74.0]\nInst libboost1.81-dev\n")
        self.assertIsNone(packages)
        self.assertIn("would remove these packages:", said)
        self.assertIn("apt-get remove libboost1.74-dev", said)

    def test_a_command_from_anywhere_does_for_its_package(self):
        self.assertEqual(self.run_on(set(), "sh=dash"), ("", None))
        self.assertEqual(self.run_on(set(), "no-such-command=some-package")[1], ["some-package"])


if __name__ == "__main__":
    unittest.main()
