// The testbed over TLS: the newest official client on every transport, and what a plain client gets.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { after, before, it } from "node:test";
import { io } from "sio-4.8";
import { Testbed } from "../support/testbed.mjs";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sio-tls-"));
const certificate = path.join(scratch, "certificate.pem");
const key = path.join(scratch, "key.pem");
let testbed;

before(async () => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
    "-keyout", key, "-out", certificate], { stdio: "ignore" });
  testbed = await Testbed.start({ conformance: false, args: ["--tls", certificate, key] });
});
after(async () => {
  await testbed?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
  it(`carries Socket.IO over ${transports.join(", then ")}`, async () => {
    const socket = io(`https://127.0.0.1:${testbed.port}`, { transports, forceNew: true, rejectUnauthorized: false });
    try {
      await once(socket, "connect");
      const { engine } = socket.io;
      if (engine.transport.name !== transports.at(-1)) await once(engine, "upgrade");
      const large = "é".repeat(250_000);
      assert.equal(await socket.emitWithAck("echo", large), large);
      const bytes = Buffer.alloc(300_000, 7);
      assert.deepEqual(Buffer.from(await socket.emitWithAck("echo", bytes)), bytes);
    } finally {
      socket.disconnect();
    }
  });
}

it("does not answer plain HTTP on the TLS port", async () => {
  const outcome = await new Promise((resolve) => {
    http.get(`http://127.0.0.1:${testbed.port}/`, (response) => resolve(`status ${response.statusCode}`))
      .on("error", () => resolve("error"));
  });
  assert.equal(outcome, "error");
});
