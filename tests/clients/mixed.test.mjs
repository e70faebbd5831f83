// One room with clients of all generations at once, each over another transport: every one gets the same, in its own words.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Clients, bytes, call, collect, modesOf, next, pattern } from "./lib/client.mjs";
import { releases } from "./lib/releases.mjs";

const text = "Grüße, 漢字, 👩‍👩‍👧‍👦, a\u2028b\u2029c, </script> \"'\\ \u0000";

describe("a mixed room", { timeout: 120_000 }, () => {
  let testbed;
  /** @type {Map<string, import("./lib/client.mjs").Clients>} */
  const libraries = new Map();
  before(async () => {
    testbed = await Testbed.start();
    for (const [at, version] of Object.keys(releases).entries()) {
      const mode = modesOf(version)[at % modesOf(version).length];
      libraries.set(version, new Clients(version, mode, testbed.matrixUrl));
    }
  });
  afterEach(() => libraries.forEach((clients) => clients.close()));
  after(() => testbed.stop());

  /** One socket of each version, by version. */
  const openAll = async () => new Map(await Promise.all(
    [...libraries].map(async ([version, clients]) => [version, await clients.open()])));

  test("a broadcast of each version reaches every version, text and all", async () => {
    const sockets = await openAll();
    const heard = [...sockets].map(([version, socket]) =>
      collect(socket, "bcast", sockets.size).then((messages) => [version, messages]));
    for (const [version, socket] of sockets) await call(socket, "bcast", { from: version, text });
    for (const [version, messages] of await Promise.all(heard)) {
      assert.deepEqual(messages, [...sockets.keys()].map((from) => ({ from, text })), version);
    }
  });

  test("binary of each version reaches every version whole and in its place", async () => {
    const sockets = await openAll();
    for (const [from, socket] of sockets) {
      const heard = [...sockets.values()].map((listener) => next(listener, "bcast"));
      const data = libraries.get(from).binary(pattern(300));
      await call(socket, "bcast", "from " + from, { list: [data], text }, libraries.get(from).binary(Buffer.from([255])));
      for (const [first, second, third] of await Promise.all(heard)) {
        assert.equal(first, "from " + from);
        assert.equal(second.text, text);
        assert.deepEqual(bytes(second.list[0]), pattern(300));
        assert.deepEqual(bytes(third), Buffer.from([255]));
      }
    }
  });

  test("a room's messages reach its members of every version, and the others of none", async () => {
    const [members, outsiders] = [await openAll(), await openAll()];
    const strayed = [];
    for (const socket of outsiders.values()) socket.on("room", (message) => strayed.push(message));
    for (const socket of members.values()) assert.deepEqual(await call(socket, "join", "ü/👍"), ["ü/👍"]);
    const heard = [...members.values()].map((socket) => collect(socket, "room", outsiders.size));
    for (const [version, socket] of outsiders) await call(socket, "room", "ü/👍", version);
    for (const messages of await Promise.all(heard)) assert.deepEqual(messages, [...outsiders.keys()]);
    for (const socket of outsiders.values()) await call(socket, "echo");
    assert.deepEqual(strayed, []);
  });

  test("who leaves is told to every version", async () => {
    const sockets = await openAll();
    for (const [version, socket] of sockets) {
      await call(socket, "name", version);
      sockets.delete(version);
      const gone = [...sockets.values()].map((other) => next(other, "gone"));
      socket.disconnect();
      for (const name of await Promise.all(gone)) assert.deepEqual(name, [version]);
    }
  });

  test("each version is asked and answers", async () => {
    for (const [version, socket] of await openAll()) {
      socket.on("question", (question, answer) => answer(question, version));
      const answered = next(socket, "answered");
      socket.emit("ask", text);
      assert.deepEqual(await answered, [text, version]);
    }
  });

  test("many broadcasts of many arrive in each sender's order, everywhere", async () => {
    const sockets = await openAll();
    const count = 50;
    const heard = [...sockets.values()].map((socket) => collect(socket, "all", count * sockets.size));
    for (let i = 0; i < count; ++i) for (const [from, socket] of sockets) socket.emit("to-all", { from, i });
    for (const messages of await Promise.all(heard)) {
      for (const from of sockets.keys()) {
        const own = messages.filter((message) => message.from === from).map((message) => message.i);
        assert.deepEqual(own, Array.from({ length: count }, (_, i) => i));
      }
    }
  });
});
