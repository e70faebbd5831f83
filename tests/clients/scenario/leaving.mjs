import assert from "node:assert/strict";

import { test } from "../../support/results.mjs";
import { Testbed } from "../../support/testbed.mjs";
import { Clients, call, connect, next, pause, settled } from "../lib/client.mjs";
import { Link } from "../lib/link.mjs";

const heartbeat = { interval: 200, timeout: 300 };

export default function leaving(context) {
  test("the server's disconnect gives its reason and leaves the other namespace connected", async () => {
    const { root, matrix } = await context.clients.openBoth();
    const observer = await context.clients.open();
    await call(matrix, "name", "kicked");
    const gone = next(observer, "gone");
    const disconnect = next(matrix, "disconnect");
    matrix.emit("kick");
    assert.equal((await disconnect)[0], "io server disconnect");
    assert.deepEqual(await gone, ["kicked"]);
    assert.deepEqual(await call(root, "where"), ["/"]);

    assert.equal(root.connected, true);
    if (context.clients.traits.comesBack === false) return;

    // A client that was sent away may come back over the same connection.
    await connect(matrix);
    assert.deepEqual(await call(matrix, "where"), ["/matrix"]);
    assert.equal(root.connected, true);
  });

  test("a client that is sent away altogether still hears the last event, and learns that it was sent away", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    const heard = next(socket, "last-words");
    const disconnect = next(socket, "disconnect");
    socket.emit("expel");
    assert.deepEqual(await heard, ["goodbye"]);
    assert.equal((await disconnect)[0], "io server disconnect");
  });

  test("the client's disconnect gives its reason, is told to others and leaves the other namespace", async () => {
    const { root, matrix } = await context.clients.openBoth();
    const observer = await context.clients.open();
    await call(matrix, "name", "left");
    const gone = next(observer, "gone");
    const disconnect = next(matrix, "disconnect");
    matrix.disconnect();
    assert.equal((await disconnect)[0], "io client disconnect");
    assert.deepEqual(await gone, ["left"]);
    assert.deepEqual(await call(root, "echo", "still here"), ["still here"]);
  });

  test("the last namespace's disconnect ends the connection, and the next connect makes a new one", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    const observer = await context.clients.open();
    await call(socket, "name", "closing");
    const before = { id: socket.io.engine.id, engine: socket.io.engine };
    const gone = next(observer, "gone");
    socket.disconnect();
    assert.deepEqual(await gone, ["closing"]);
    if (context.clients.traits.comesBack === false) return;
    await connect(socket);
    assert.notEqual(socket.io.engine.id, before.id);
    assert.notEqual(socket.io.engine, before.engine);
    assert.deepEqual(await call(socket, "where"), ["/matrix"]);
  });

  test("a connection that breaks is noticed, and the client comes back as a new socket", async () => {
    const observer = await context.clients.open();
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    await call(socket, "name", "broken");
    const id = socket.io.engine.id;
    const gone = next(observer, "gone");
    const disconnect = next(socket, "disconnect");
    const connected = next(socket, "connect");
    socket.io.engine.close();
    assert.match((await disconnect)[0], /^(forced close|transport close)$/);
    assert.deepEqual(await gone, ["broken"]);
    await connected;
    assert.notEqual(socket.io.engine.id, id);
    assert.deepEqual(await call(socket, "echo", "back"), ["back"]);
  });

  for (const [how, end] of [["is stopped", "stop"], ["crashes", "crash"]]) {
    test(`a client reconnects after the server ${how} and starts again, and sends what it held back`, async (t) => {
      let testbed = await Testbed.start();
      const clients = new Clients(context.version, context.mode, testbed.matrixUrl);
      t.after(async () => {
        clients.close();
        await testbed.stop();
      });
      const { root, matrix } = await clients.openBoth();
      await settled(matrix, context.mode);

      const disconnects = [next(root, "disconnect"), next(matrix, "disconnect")];
      await testbed[end]();
      for (const [reason] of await Promise.all(disconnects)) assert.match(reason, /^transport (close|error)$/);

      const held = call(matrix, "echo", "said while offline");
      await pause(100);
      const connected = [next(root, "connect"), next(matrix, "connect")];
      testbed = await Testbed.start({ port: testbed.port });
      await Promise.all(connected);
      assert.deepEqual(await held, ["said while offline"]);
      assert.deepEqual(await call(root, "where"), ["/"]);
    });
  }

  test("a connection on which nothing passes ends on both sides by ping timeout", async (t) => {
    const args = ["--ping-interval", String(heartbeat.interval), "--ping-timeout", String(heartbeat.timeout)];
    const testbed = await Testbed.start({ args });
    const clients = new Clients(context.version, context.mode, testbed.matrixUrl);
    const link = await Link.open(testbed.matrixPort);
    t.after(async () => {
      clients.close();
      link.close();
      await testbed.stop();
    });
    const observer = await clients.open();
    const socket = await clients.open({ url: link.url, reconnection: false });
    await settled(socket, context.mode);
    await call(socket, "name", "silent");
    const gone = next(observer, "gone").then(() => Date.now());
    const disconnect = next(socket, "disconnect").then(([reason]) => ({ reason, at: Date.now() }));
    const frozen = Date.now();
    link.freeze();

    const limit = heartbeat.interval + heartbeat.timeout;
    const { reason, at } = await disconnect;
    assert.equal(reason, "ping timeout");
    assert.ok(at - frozen <= limit + 250, `the client waited ${at - frozen} ms`);
    const noticed = (await gone) - frozen;
    assert.ok(noticed >= heartbeat.timeout - 50 && noticed <= limit + 250, `the server noticed after ${noticed} ms`);
  });

  test("an idle connection is kept alive by its heartbeats", async (t) => {
    const args = ["--ping-interval", String(heartbeat.interval), "--ping-timeout", String(heartbeat.timeout)];
    const testbed = await Testbed.start({ args });
    const clients = new Clients(context.version, context.mode, testbed.matrixUrl);
    t.after(async () => {
      clients.close();
      await testbed.stop();
    });
    const socket = await clients.open();
    await settled(socket, context.mode);
    let left = false;
    socket.on("disconnect", () => (left = true));
    await pause(3 * (heartbeat.interval + heartbeat.timeout));
    assert.equal(left, false);
    assert.deepEqual(await call(socket, "echo", "awake"), ["awake"]);
  });
}
