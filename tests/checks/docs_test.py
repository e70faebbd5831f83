#!/usr/bin/env python3
"""Proves that docs.py sees what it is there to see."""

import tempfile
import unittest
from pathlib import Path

import docs


class Docs(unittest.TestCase):
    def problems(self, files, compile_with=None):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory).resolve()
            for name, text in files.items():
                file = root / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            build = root / "build"
            build.mkdir()
            problems, _ = docs.check(root, build if compile_with else None, compile_with)
            return problems

    def test_good_documentation_passes(self):
        self.assertEqual(
            self.problems({
                "README.md": "# Top\n[a](docs/a.md#the-h-file) [b](#top) [c](https://example.org/) `src/net/x.{hpp,cpp}`\n"
                             "```\n[not a link](nowhere)\n```\n`[nor](this)` `src/net/*.hpp` `include <sio/x>`\n",
                "docs/a.md": "## The `h` file\n",
                "src/net/x.hpp": "", "src/net/x.cpp": "",
            }),
            [],
        )

    def test_a_link_to_nothing(self):
        self.assertIn("no such file", self.problems({"docs/a.md": "[x](b.md)"})[0])

    def test_a_link_to_no_heading(self):
        self.assertIn("no such heading", self.problems({"README.md": "# A\n[x](#b)"})[0])

    def test_a_path_to_nothing(self):
        self.assertIn("`src/net/y.cpp`", self.problems({"README.md": "see `src/net/y.{hpp,cpp}`", "src/net/y.hpp": ""})[0])

    def test_a_header_with_its_source(self):
        files = {"README.md": "`src/net/x`", "src/net/x.cpp": ""}
        self.assertEqual(self.problems(files), [])
        self.assertIn("`src/net/y`", self.problems({**files, "docs/a.md": "`src/net/y`"})[0])

    def test_a_named_test(self):
        files = {"SECURITY.md": '`tests/a_test.cpp`: "one", "two and\n  more".', "tests/a_test.cpp": 'TEST_CASE("one") TEST_CASE("two and more")'}
        self.assertEqual(self.problems(files), [])
        self.assertIn('no test "one"', self.problems({**files, "tests/a_test.cpp": 'TEST_CASE("two and more")'})[0])

    def test_a_path_of_another_repository(self):
        self.assertEqual(self.problems({"README.md": "(`owner/name`, `docs/x.md`)"}), [])

    def test_a_page_that_the_index_does_not_name(self):
        files = {"docs/README.md": "[a](guides/a.md)", "docs/guides/a.md": "", "docs/guides/b.md": ""}
        problems = self.problems(files)
        self.assertEqual(problems, ["docs/README.md: does not name guides/b.md"])

    def test_a_block_that_does_not_compile(self):
        files = {"README.md": "\n```cpp\n#include <sio/a.hpp>\nint x = y;\n```\n", "include/sio/a.hpp": "inline int z;"}
        problems = self.problems(files, ["/bin/false"])
        self.assertIn("line 3", problems[0])
        self.assertEqual(self.problems(files, ["/bin/true"]), [])


if __name__ == "__main__":
    unittest.main()
