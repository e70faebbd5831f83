// Engine.IO alone, by the engine.io-client inside of a socket.io-client: text and binary over polling, over WebSocket, and across the
// move from one to the other.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { releaseOf } from "./lib/client.mjs";

const require = createRequire(import.meta.url);
/** Text that is easily garbled: it looks encoded twice, or too rarely. */
const words = ["plain", "é", "Grüße €", "💩 \u2028", "Ã€€"];

for (const version of ["1.7", "2.0", "2.5"]) {
  const open = createRequire(require.resolve(`sio-${version}`))("engine.io-client");

  describe(`engine.io-client of socket.io-client ${releaseOf(version)}`, () => {
    let testbed;
    before(async () => { testbed = await Testbed.start(); });
    after(() => testbed.stop());

    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      test(`hears its text again over ${transports.join(", then ")}`, async () => {
        const socket = open(testbed.url, { path: "/engine.io", transports });
        const heard = [];
        let wake = () => {};
        socket.on("message", (message) => { heard.push(message); wake(); });
        const hears = async (count) => { while (heard.length < count) await new Promise((resolve) => { wake = resolve; }); };
        const upgraded = transports.length > 1 ? once(socket, "upgrade") : undefined;
        await once(socket, "open");
        const sent = [];
        const say = async () => {
          for (const word of words) socket.send(word);
          sent.push(...words);
          await hears(sent.length);
        };
        await say();
        // Also what is under way while the transport changes.
        for (const word of words) socket.send(word);
        sent.push(...words);
        await upgraded;
        await say();
        assert.deepEqual(heard, sent);
        socket.close();
      });
    }
  });
}
