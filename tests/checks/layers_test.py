#!/usr/bin/env python3
"""Proves that layers.py sees what it is there to see: each rule is broken once, in a tree made for it."""

import tempfile
import unittest
from pathlib import Path

import layers


class Layers(unittest.TestCase):
    def problems(self, files):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for name, text in files.items():
                file = root / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return layers.check(root)

    def assert_one(self, name, text, *words):
        problems = self.problems({name: text})
        self.assertEqual(len(problems), 1, problems)
        for word in (name, *words):
            self.assertIn(word, problems[0])

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(
            self.problems({
                "include/sio/a.hpp": "#pragma once\n#include <string>\n#include <sio/b.hpp>\n",
                "include/sio/json.hpp": "#pragma once\n#include <boost/json.hpp>\n",
                "include/sio/beast.hpp": "#pragma once\n#include <boost/asio/ip/tcp.hpp>\n#include <boost/beast/http.hpp>\n",
                "src/wire/a.cpp": '#include "wire/a.hpp"\n#include "util/b.hpp"\n#include <boost/json/parse.hpp>\n',
                "src/net/a.cpp": '#include "session/a.hpp"\n#include <boost/beast/core.hpp>\n#include <sys/socket.h>\n',
                "src/greenlet/a.cpp": "#include <boost/asio/spawn.hpp>\n#include <boost/context/fiber.hpp>\n",
                "apps/chat/a.cpp": '#include "rooms.hpp"\n#include <sio/sio.hpp>\n',
                "tests/unit/net/a.cpp": '#include "net/a.hpp"\n#include <boost/asio.hpp>\n',
            }),
            [],
        )

    def test_an_include_that_points_right(self):
        self.assert_one("src/http/a.cpp", '#include "session/channel.hpp"\n', "session is right of http", ":1:")

    def test_an_include_that_points_right_from_the_leftmost_layer(self):
        self.assert_one("src/util/a.hpp", '#pragma once\n\n#  include "wire/packet.hpp"\n', "wire is right of util", ":3:")

    def test_an_include_without_its_layer(self):
        self.assert_one("src/wire/a.cpp", '#include "packet.hpp"\n', "written from src")

    def test_asio_outside_its_layers(self):
        self.assert_one("src/session/a.cpp", "#include <boost/asio/post.hpp>\n", "Asio")
        self.assert_one("src/server/a.cpp", "#include <boost/asio.hpp>\n", "Asio")

    def test_beast_outside_net(self):
        self.assert_one("src/greenlet/a.cpp", "#include <boost/beast/http.hpp>\n", "Beast")

    def test_context_outside_greenlet(self):
        self.assert_one("src/net/a.cpp", "#include <boost/context/fiber.hpp>\n", "Boost.Context")

    def test_boost_in_a_public_header(self):
        self.assert_one("include/sio/a.hpp", "#pragma once\n#include <boost/json.hpp>\n", "standard library")
        self.assert_one("include/sio/json.hpp", "#pragma once\n#include <boost/asio/post.hpp>\n", "standard library")

    def test_a_third_party_header_in_a_public_header(self):
        self.assert_one("include/sio/a.hpp", "#pragma once\n#include <openssl/ssl.h>\n", "standard library")

    def test_a_private_header_in_a_public_one(self):
        self.assertEqual(len(self.problems({"include/sio/a.hpp": '#pragma once\n#include "wire/packet.hpp"\n'})), 3)

    def test_a_private_header_in_an_app(self):
        self.assert_one("apps/chat/a.cpp", '#include "wire/packet.hpp"\n', "inside of the library")
        self.assert_one("examples/a/main.cpp", '#include "net/socket.hpp"\n', "inside of the library")

    def test_a_source_in_no_layer(self):
        self.assert_one("src/misc/a.cpp", "", "no layer")

    def test_a_header_without_guard(self):
        self.assert_one("src/util/a.hpp", "int x();\n", "#pragma once")

    def test_a_file_that_is_too_long(self):
        self.assert_one("src/util/a.cpp", "\n" * 1001, "1001 lines")
        self.assert_one("static/a.css", "\n" * 1001, "1001 lines")
        self.assertEqual(self.problems({"src/util/a.cpp": "\n" * 1000}), [])

    def test_packages_of_others_do_not_count(self):
        self.assertEqual(self.problems({"tests/clients/node_modules/x/a.js": "\n" * 2000}), [])


if __name__ == "__main__":
    unittest.main()
