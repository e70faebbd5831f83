// socket.io-client 0.9.17 in Node, over each transport that it has there, against the matrix port; and rooms in which it
// meets the clients of later generations.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, afterEach, before } from "node:test";

import { describeClient, test } from "../support/results.mjs";
import { Testbed } from "../support/testbed.mjs";
import { Clients, call, next, pause, releaseOf } from "./lib/client.mjs";
import { Kit } from "./lib/v09_kit.mjs";
import scenario from "./scenario/v09.mjs";

const io = createRequire(import.meta.url)("sio-0.9");

for (const transport of ["websocket", "xhr-polling"]) {
  const subject = { client: "socket.io-client", version: releaseOf("0.9"), runtime: "Node", transport };
  describeClient(subject, { timeout: 120_000 }, () => {
    let testbed;
    let kit;
    before(async () => {
      testbed = await Testbed.start();
      kit = new Kit(io, testbed.matrixUrl, transport);
    });
    afterEach(() => kit.close());
    after(() => testbed.stop());

    for (const [what, run] of Object.entries(scenario)) test(what, () => run(kit));

    test("it comes back by itself after the server has been away", async () => {
      const socket = await kit.open();
      const lost = next(socket, "disconnect");
      await testbed.crash();
      await lost;
      const back = next(socket, "reconnect");
      testbed = await Testbed.start({ port: testbed.port });
      await back;
      assert.deepEqual(await call(socket, "echo", "again"), ["again"]);
    });

    test("it comes back by itself after the server has stopped in order", async () => {
      const socket = await kit.open();
      const lost = next(socket, "disconnect");
      await testbed.stop();
      await lost;
      const back = next(socket, "reconnect");
      testbed = await Testbed.start({ port: testbed.port });
      await back;
      assert.deepEqual(await call(socket, "where"), ["/matrix"]);
    });

    test("in one room with later clients each gets the event in its own encoding", async () => {
      const old = await kit.open();
      const others = [new Clients("4.8", "websocket", testbed.matrixUrl), new Clients("3.1", "polling", testbed.matrixUrl)];
      try {
        const [late, middle] = await Promise.all(others.map((clients) => clients.open()));
        await call(old, "join", "mixed");
        for (const socket of [late, middle]) await call(socket, "join", "mixed");

        const payload = { text: "👋 \u2028 é", list: [1, null] };
        let heard = [next(late, "room"), next(middle, "room")];
        await call(old, "to-room", "mixed", payload);
        for (const args of await Promise.all(heard)) assert.deepEqual(args, ["mixed", payload]);

        heard = [next(old, "room"), next(middle, "room")];
        await call(late, "to-room", "mixed", payload);
        for (const args of await Promise.all(heard)) assert.deepEqual(args, ["mixed", payload]);

        // What it cannot carry passes it by, and reaches the others.
        let reached = false;
        old.on("room", () => (reached = true));
        heard = next(middle, "room");
        await call(late, "to-room", "mixed", Buffer.from([1, 2, 3]));
        assert.deepEqual((await heard)[1], Buffer.from([1, 2, 3]));
        await pause(100);
        assert.equal(reached, false);
        assert.deepEqual(await call(old, "echo", 1), [1]);
      } finally {
        for (const clients of others) clients.close();
      }
    });
  });
}
