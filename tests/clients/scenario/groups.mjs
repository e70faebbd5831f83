import assert from "node:assert/strict";

import { test } from "../../support/results.mjs";
import { bytes, call, collect, next, pattern } from "../lib/client.mjs";

let fences = 0;

/**
 * Notes every `event` that any of the sockets gets; flush() waits until whatever they have caused has come: each sends a
 * broadcast behind it, and what one sender sends arrives in its order, whichever workers it passes.
 */
function listen(sockets, ...events) {
  const heard = sockets.map(() => []);
  const isFence = (text) => typeof text === "string" && text.startsWith("fence ");
  sockets.forEach((socket, who) => events.forEach((event) => socket.on(event, (...args) => {
    if (!isFence(args[0])) heard[who].push(args);
  })));
  const flush = async () => {
    const mine = sockets.map(() => `fence ${++fences}`);
    const passed = sockets.map((socket) => new Promise((resolve) => {
      const left = new Set(mine);
      socket.on("bcast", (text) => left.delete(text) && left.size === 0 && resolve());
    }));
    await Promise.all(sockets.map((socket, who) => call(socket, "bcast", mine[who])));
    await Promise.all(passed);
    return heard;
  };
  return { heard, flush };
}

export default function groups(context) {
  test("a broadcast reaches everyone in the namespace, the sender included, and nobody else", async () => {
    const { root: outsider, matrix } = await context.clients.openBoth();
    const sockets = [matrix, ...(await context.clients.openSeveral(2))];
    const strayed = [];
    outsider.on("bcast", (...args) => strayed.push(args));
    const { flush } = listen(sockets, "bcast");
    assert.deepEqual(await call(sockets[1], "bcast", "hello", { to: ["all", "ü"] }), []);
    const expected = [["hello", { to: ["all", "ü"] }]];
    assert.deepEqual(await flush(), [expected, expected, expected]);
    assert.deepEqual(await call(outsider, "where"), ["/"]);
    assert.deepEqual(strayed, []);
  });

  test("a broadcast to others leaves the sender out, one to all does not", async () => {
    const sockets = await context.clients.openSeveral(3);
    const { flush } = listen(sockets, "others", "all");
    await call(sockets[0], "to-others", 1);
    await call(sockets[0], "to-all", 2);
    assert.deepEqual(await flush(), [[[2]], [[1], [2]], [[1], [2]]]);
  });

  test("a room's messages reach its members only", async () => {
    const sockets = await context.clients.openSeveral(4);
    const { flush } = listen(sockets, "room");
    assert.deepEqual(await call(sockets[0], "join", "red"), ["red"]);
    await call(sockets[1], "join", "red");
    await call(sockets[1], "join", "blue");
    await call(sockets[2], "join", "blue");
    assert.deepEqual(await call(sockets[0], "room", "red", { r: 1 }), []);
    await flush();  // two senders' messages have no order between them, once there are several workers
    await call(sockets[3], "room", "blue", "from outside");
    assert.deepEqual(await flush(), [[[{ r: 1 }]], [[{ r: 1 }], ["from outside"]], [["from outside"]], []]);
  });

  test("to a room means the others in it", async () => {
    const sockets = await context.clients.openSeveral(3);
    for (const socket of sockets) await call(socket, "join", "others");
    const { flush } = listen(sockets, "room");
    await call(sockets[2], "to-room", "others", "psst");
    assert.deepEqual(await flush(), [[["others", "psst"]], [["others", "psst"]], []]);
  });

  test("who leaves a room or disconnects hears it no longer", async () => {
    const sockets = await context.clients.openSeveral(3);
    for (const socket of sockets) await call(socket, "join", "short");
    const { flush } = listen(sockets, "room");
    assert.deepEqual(await call(sockets[1], "leave", "short"), ["short"]);
    await call(sockets[1], "leave", "never joined");
    // Its disconnection travels on a connection of its own: the room is to speak after it.
    await call(sockets[2], "name", "leaver");
    const gone = next(sockets[0], "gone");
    sockets[2].disconnect();
    await gone;
    await call(sockets[0], "room", "short", 1);
    if (context.clients.traits.comesBack === false) {
      sockets.pop();
    } else {
      const connected = next(sockets[2], "connect");
      sockets[2].connect();
      await connected;
    }
    await call(sockets[0], "room", "short", 2);
    assert.deepEqual(await flush(), [[[1], [2]], [], []]);
  });

  test("room names may be anything that is text", async () => {
    const [one, two] = await context.clients.openSeveral(2);
    const { flush } = listen([one, two], "room");
    const names = ["", " ", "ü/👍", "__proto__", "constructor", "/matrix", "x".repeat(1000)];
    for (const name of names) assert.deepEqual(await call(one, "join", name), [name]);
    for (const name of names) await call(two, "room", name, name);
    assert.deepEqual(await flush(), [names.map((name) => [name]), []]);
  });

  test("joining twice still hears once", async () => {
    const socket = await context.clients.open();
    await call(socket, "join", "twice");
    await call(socket, "join", "twice");
    const { flush } = listen([socket], "room");
    await call(socket, "room", "twice", "once");
    assert.deepEqual(await flush(), [[["once"]]]);
  });

  test("broadcasts and rooms carry binary", async () => {
    const sockets = await context.clients.openSeveral(3);
    const all = sockets.map((socket) => next(socket, "bcast"));
    await call(sockets[0], "bcast", { data: context.clients.binary(pattern(50)) }, context.clients.binary(pattern(2)));
    for (const [first, second] of await Promise.all(all)) {
      assert.deepEqual(bytes(first.data), pattern(50));
      assert.deepEqual(bytes(second), pattern(2));
    }
    await call(sockets[1], "join", "bytes");
    const room = next(sockets[1], "room");
    await call(sockets[2], "room", "bytes", [context.clients.binary(pattern(70_000))]);
    assert.ok(bytes((await room)[0][0]).equals(pattern(70_000)));
  });

  test("each sender's broadcasts arrive in the order sent, at every listener", async () => {
    const sockets = await context.clients.openSeveral(5);
    const all = sockets.map((socket) => collect(socket, "bcast", 300));
    for (let i = 0; i < 100; ++i) for (const sender of [0, 1, 2]) sockets[sender].emit("bcast", { sender, i });
    for (const heard of await Promise.all(all)) {
      for (const sender of [0, 1, 2]) {
        const own = heard.filter((message) => message.sender === sender).map((message) => message.i);
        assert.deepEqual(own, Array.from({ length: 100 }, (_, i) => i));
      }
    }
  });
}
