// One room with clients of all generations at once, each over another transport: every one gets the same, in its own words.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Clients, bytes, call, collect, modesOf, next, pattern } from "./lib/client.mjs";
import { PythonClients } from "./lib/python_peer.mjs";
import { releases } from "./lib/releases.mjs";
import { Kit } from "./lib/v09_kit.mjs";

const text = "Grüße, 漢字, 👩‍👩‍👧‍👦, a\u2028b\u2029c, </script> \"'\\ \u0000";

const hasBinary = (name) => !name.startsWith("0.9");
// It hands each packet to a thread of its own.
const keepsOrder = (name) => !name.startsWith("Python");
// What sockets of different workers send arrives in either order (docs/guides/workers.md).
const severalWorkers = /--workers [^1]/.test(process.env.SIO_TESTBED_ARGS ?? "");

/** 0.9 anew: it writes the transports that a connection names into the list that all connections share. */
function anotherV09() {
  const require = createRequire(import.meta.url);
  for (const file of Object.keys(require.cache).filter((name) => name.includes("/sio-0.9/"))) delete require.cache[file];
  return require("sio-0.9");
}

describe("a mixed room", { timeout: 120_000 }, () => {
  let testbed;
  /** Those who open sockets, by the names of the clients. */
  const libraries = new Map();
  before(async () => {
    testbed = await Testbed.start();
    for (const [at, version] of Object.keys(releases).entries()) {
      const mode = modesOf(version)[at % modesOf(version).length];
      libraries.set(`${version} ${mode}`, new Clients(version, mode, testbed.matrixUrl));
    }
    for (const transport of ["websocket", "xhr-polling"]) {
      libraries.set(`0.9 ${transport}`, new Kit(anotherV09(), testbed.matrixUrl, transport));
    }
    if (process.env.SIO_PYTHON) {
      for (const transport of ["websocket", "polling"]) {
        libraries.set(`Python ${transport}`, new PythonClients(transport, testbed.matrixUrl));
      }
    }
  });
  afterEach(() => libraries.forEach((clients) => clients.close()));
  after(() => testbed.stop());

  /** One socket of each client, by the client's name. */
  const openAll = async () => new Map(await Promise.all(
    [...libraries].map(async ([name, clients]) => [name, await clients.open()])));

  test("a broadcast of each client reaches every client, text and all", async () => {
    const sockets = await openAll();
    const heard = [...sockets].map(([name, socket]) =>
      collect(socket, "bcast", sockets.size).then((messages) => [name, messages]));
    for (const [from, socket] of sockets) await call(socket, "bcast", { from, text });
    for (const [name, messages] of await Promise.all(heard)) {
      const expected = [...sockets.keys()].map((from) => ({ from, text }));
      if (severalWorkers || !keepsOrder(name)) for (const list of [messages, expected]) list.sort((a, b) => (a.from < b.from ? -1 : 1));
      assert.deepEqual(messages, expected, name);
    }
  });

  test("binary of each client reaches every client that knows binary, whole and in its place, and harms no other", async () => {
    const sockets = await openAll();
    const strayed = [];
    for (const [name, socket] of sockets) if (!hasBinary(name)) socket.on("bcast", () => strayed.push(name));
    const listeners = [...sockets].filter(([name]) => hasBinary(name));
    for (const [from, socket] of listeners) {
      const heard = listeners.map(([, listener]) => next(listener, "bcast"));
      const data = libraries.get(from).binary(pattern(300));
      await call(socket, "bcast", "from " + from, { list: [data], text }, libraries.get(from).binary(Buffer.from([255])));
      for (const [first, second, third] of await Promise.all(heard)) {
        assert.equal(first, "from " + from);
        assert.equal(second.text, text);
        assert.deepEqual(bytes(second.list[0]), pattern(300));
        assert.deepEqual(bytes(third), Buffer.from([255]));
      }
    }
    for (const [name, socket] of sockets) assert.deepEqual(await call(socket, "echo", name), [name]);
    assert.deepEqual(strayed, []);
  });

  test("who means binary for a client that has none is told so", async () => {
    const sockets = await openAll();
    for (const [name, socket] of sockets) {
      const binary = hasBinary(name) ? next(socket, "binary") : null;
      socket.emit("give-binary", 2);
      if (binary) assert.deepEqual(bytes((await binary)[0].parts[0]), pattern(2));
      await call(socket, "echo");
    }
    const errors = testbed.stderr.match(/"give-binary" .*this client's protocol \(Socket\.IO 0\.9\) carries no binary data/g);
    assert.equal(errors?.length, [...sockets.keys()].filter((name) => !hasBinary(name)).length);
  });

  test("a room's messages reach its members of every generation, and the others of none", async () => {
    const [members, outsiders] = [await openAll(), await openAll()];
    const strayed = [];
    for (const socket of outsiders.values()) socket.on("room", (message) => strayed.push(message));
    for (const socket of members.values()) assert.deepEqual(await call(socket, "join", "ü/👍"), ["ü/👍"]);
    const heard = [...members.values()].map((socket) => collect(socket, "room", outsiders.size));
    for (const [name, socket] of outsiders) await call(socket, "room", "ü/👍", name);
    for (const messages of await Promise.all(heard)) {
      assert.deepEqual(messages.sort(), [...outsiders.keys()].sort());
    }
    for (const socket of outsiders.values()) await call(socket, "echo");
    assert.deepEqual(strayed, []);
  });

  test("who leaves is told to every client", async () => {
    const sockets = await openAll();
    for (const [name, socket] of sockets) {
      await call(socket, "name", name);
      sockets.delete(name);
      const gone = [...sockets.values()].map((other) => next(other, "gone"));
      socket.disconnect();
      for (const args of await Promise.all(gone)) assert.deepEqual(args, [name]);
    }
  });

  test("each client is asked and answers", async () => {
    for (const [name, socket] of await openAll()) {
      socket.on("question", (question, answer) => answer(question, name));
      const answered = next(socket, "answered");
      socket.emit("ask", text);
      assert.deepEqual(await answered, [text, name]);
    }
  });

  test("many broadcasts of many arrive in each sender's order, everywhere", async () => {
    const sockets = await openAll();
    const count = 50;
    const heard = [...sockets].map(([name, socket]) =>
      collect(socket, "all", count * sockets.size).then((messages) => [name, messages]));
    for (let i = 0; i < count; ++i) for (const [from, socket] of sockets) socket.emit("to-all", { from, i });
    for (const [name, messages] of await Promise.all(heard)) {
      for (const from of sockets.keys()) {
        const own = messages.filter((message) => message.from === from).map((message) => message.i);
        if (!keepsOrder(name)) own.sort((a, b) => a - b);
        assert.deepEqual(own, Array.from({ length: count }, (_, i) => i), `${from} at ${name}`);
      }
    }
  });
});
