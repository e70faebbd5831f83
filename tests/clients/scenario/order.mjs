import assert from "node:assert/strict";

import { test } from "../../support/results.mjs";
import { call, collect, pause, settled, transportOf, until } from "../lib/client.mjs";
import { Link } from "../lib/link.mjs";

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

export default function order(context) {
  test("a thousand messages arrive in order, both ways", async () => {
    const socket = await context.clients.open();
    const bounced = collect(socket, "bounced", 1000);
    for (let i = 0; i < 1000; ++i) {
      socket.emit("tick", i);
      socket.emit("bounce", i);
      // Several turns of the loop, so that they do not all leave in one write.
      if (i % 50 === 49) await pause(1);
    }
    assert.deepEqual(await bounced, numbers(1000));
    assert.deepEqual(await call(socket, "ticks"), [{ count: 1000, inOrder: true }]);
  });

  test("a thousand messages in one go arrive in order, both ways", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    const bounced = collect(socket, "bounced", 1000);
    for (let i = 0; i < 1000; ++i) socket.emit("bounce", i);
    assert.deepEqual(await bounced, numbers(1000));
  });

  if (context.mode === "upgrade") {
    for (const before of [0, 1, 50, 200, 201, 202, 203, 204]) {
      test(`an upgrade after ${before} messages loses, repeats and reorders nothing while both sides send`, (t) =>
        acrossTheUpgrade(context, t, before));
    }
  }
}

/**
 * The client sends `tick` (counted by the server) and `bounce` (sent back), and another client's messages come in on
 * top, from before the upgrade until well after it.
 */
async function acrossTheUpgrade(context, t, before) {
  const link = await Link.open(context.testbed.matrixPort, { holdUpgrades: true });
  t.after(() => link.close());
  const other = await context.clients.open({ mode: "websocket" });
  const socket = await context.clients.open({ url: link.url });
  const bounced = [];
  const heard = [];
  let upgradedAt;
  socket.io.engine.on("upgrade", () => (upgradedAt = bounced.length));
  socket.on("bounced", (i) => bounced.push(i));
  socket.on("all", (i) => heard.push(i));

  const started = Date.now();
  let sent = 0;
  for (let after = 0; after < 40 || sent < 1000; ) {
    for (let burst = 0; burst < 5; ++burst, ++sent) {
      socket.emit("tick", sent);
      socket.emit("bounce", sent);
      other.emit("to-all", sent);
    }
    await pause(sent < 1000 ? 1 : 20);  // a slow server is not to drown in what comes while it upgrades
    if (bounced.length >= before) link.releaseUpgrades();
    if (transportOf(socket) === "websocket") ++after;
    assert.ok(Date.now() - started < 20_000, "the upgrade did not happen");
  }
  assert.deepEqual(await call(socket, "ticks"), [{ count: sent, inOrder: true }]);
  // With several workers an answer may overtake what another one's client has sent.
  await until(() => heard.length >= sent, "everything that the other client has sent");
  await call(socket, "echo", "whatever might be repeated has come by now");
  assert.deepEqual(bounced, numbers(sent));
  assert.deepEqual(heard, numbers(sent));
  assert.ok(upgradedAt >= before);
}
