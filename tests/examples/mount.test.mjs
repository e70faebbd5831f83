// The mounting examples: a host's own page and sio share one port, over every transport.
//
// SIO_EXAMPLES: the directory of the executables. Clients come from tests/clients/node_modules.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import tls from "node:tls";
import { after, before, describe, it } from "node:test";

const directory = process.env.SIO_EXAMPLES;
if (!directory) throw new Error("SIO_EXAMPLES must name the directory of the examples");
const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { io } = require("sio-4.8");

const scratch = mkdtempSync(path.join(os.tmpdir(), "sio-examples-"));
const certificate = path.join(scratch, "certificate.pem");
const key = path.join(scratch, "key.pem");
const running = new Set();
process.on("exit", () => {
  running.forEach((child) => child.kill("SIGKILL"));
  rmSync(scratch, { recursive: true, force: true });
});

async function start(name) {
  const files = name === "mount_coroutines" ? [certificate, key] : [];
  const child = spawn(path.join(directory, name), ["0", ...files], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  const [line] = await once(readline.createInterface({ input: child.stdout }), "line");
  return { child, url: line.replace("listening on ", "") };
}

async function stop({ child }) {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const [code, signal] = await exited;
  running.delete(child);
  assert.equal(code, 0, `ended with ${signal}`);
}

/** A connection on which requests are text; `ask` gives the answer, head and body. */
async function connect(url) {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === "https:";
  const socket = secure ? tls.connect({ host: hostname, port, rejectUnauthorized: false }) : net.connect({ host: hostname, port });
  await once(socket, secure ? "secureConnect" : "connect");
  return {
    async ask(request) {
      socket.write(request);
      for (let text = ""; ;) {
        text += (await once(socket, "data", { signal: AbortSignal.timeout(5000) }))[0];
        const head = text.indexOf("\r\n\r\n");
        const length = /content-length: *([0-9]+)/i.exec(text);
        if (head >= 0 && length && text.length >= head + 4 + Number(length[1])) return text;
      }
    },
    end: () => socket.destroy(),
  };
}

/** One request on `agent`'s connection. */
function get(url, agent) {
  const { request } = url.startsWith("https") ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { agent, rejectUnauthorized: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body, reused: response.req.reusedSocket }));
    }).on("error", reject).end();
  });
}

before(() => {
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
    "-keyout", key, "-out", certificate], { stdio: "ignore" });
});

for (const name of ["mount_callbacks", "mount_coroutines", "mount_yield", "mount_exchange"]) {
  describe(name, () => {
    let server;
    before(async () => (server = await start(name)));
    after(() => stop(server));

    it("serves the host's own pages", async () => {
      const page = await get(server.url + "/");
      assert.equal(page.status, 200);
      assert.match(page.body, /The host's own page/);
      assert.equal((await get(server.url + "/nothing")).status, 404);
    });

    it("shares a connection between the host's pages and long-polling", async () => {
      const agent = new (server.url.startsWith("https") ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
      assert.equal((await get(server.url + "/", agent)).status, 200);
      const open = await get(server.url + "/socket.io/?EIO=4&transport=polling", agent);
      assert.equal(open.status, 200);
      assert.ok(open.reused, "on the same connection");
      const page = await get(server.url + "/", agent);
      assert.match(page.body, /The host's own page/);
      assert.ok(page.reused, "on the same connection");
      assert.equal((await get(server.url + "/socket.io/?EIO=4&transport=none", agent)).status, 400);
      agent.destroy();
    });

    it("gets the connection back after a request that mentions an upgrade and is none", async () => {
      const connection = await connect(server.url);
      const poll = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n";
      const refused = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" +
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: none\r\n\r\n";
      assert.match(await connection.ask(poll + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), /"sid":/);
      assert.match(await connection.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), /The host's own page/);
      assert.match(await connection.ask(refused), /^HTTP\/1.1 400 /);
      assert.match(await connection.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), /The host's own page/);
      connection.end();
    });

    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      it(`serves Socket.IO over ${transports.join(", then ")}`, async () => {
        const socket = io(server.url, { transports, forceNew: true, reconnection: false, rejectUnauthorized: false });
        try {
          const welcome = once(socket, "welcome");
          await once(socket, "connect");
          assert.deepEqual(await welcome, ["from sio"]);
          if (transports.length === 2 && socket.io.engine.transport.name !== "websocket") await once(socket.io.engine, "upgrade");
          assert.equal(socket.io.engine.transport.name, transports.at(-1));
          const big = "x".repeat(200_000);
          assert.equal(await socket.emitWithAck("echo", big), big);
          const bytes = Buffer.from([1, 2, 3]);
          const answer = await socket.emitWithAck("echo", { bytes });
          assert.deepEqual(Buffer.from(answer.bytes), bytes);
          for (let i = 0; i < 100; ++i) assert.equal(await socket.emitWithAck("echo", i), i);
        } finally {
          socket.disconnect();
        }
      });
    }

    it("answers the polls of its clients before it goes", async () => {
      const own = await start(name);
      const greeting = await get(own.url + "/socket.io/?EIO=4&transport=polling");
      const { sid } = JSON.parse(greeting.body.slice(1));
      const poll = get(own.url + `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
      await get(own.url + "/");
      await stop(own);
      const answer = await poll;
      assert.equal(answer.status, 200);
      assert.match(answer.body, /^[16]$/);
    });

    it("serves clients of 0.9, whose htmlfile is a page without an end", async () => {
      const sid = (await get(server.url + "/socket.io/1/")).body.split(":")[0];
      const { request } = server.url.startsWith("https") ? https : http;
      const path = `${server.url}/socket.io/1/htmlfile/${sid}`;
      const page = request(path, { rejectUnauthorized: false }).end();
      const [stream] = await once(page, "response");
      if (name === "mount_exchange") {
        assert.equal(stream.statusCode, 501, "this host's exchange has no endless answers");
        return stream.resume();
      }
      let text = "";
      stream.on("data", (bytes) => (text += bytes)).on("error", () => {});
      const contains = async (part) => {
        while (!text.includes(part)) await once(stream, "data", { signal: AbortSignal.timeout(5000) });
      };
      await contains("1::");
      const post = request(path, { method: "POST", rejectUnauthorized: false });
      post.end('5:1+::{"name":"echo","args":[42]}');
      const [answer] = await once(post, "response");
      assert.equal(answer.statusCode, 200);
      answer.resume();
      await contains("6:::1+[42]");
      page.on("error", () => {}).destroy();
    });

    it("survives clients that go away without a word", async () => {
      const sockets = Array.from({ length: 5 }, () => io(server.url, { transports: ["websocket"], forceNew: true, rejectUnauthorized: false }));
      await Promise.all(sockets.map((socket) => once(socket, "connect")));
      for (const socket of sockets) {
        socket.io.reconnection(false);
        socket.io.engine.transport.ws.terminate();
      }
      assert.equal((await get(server.url + "/")).status, 200);
    });

    it("says goodbye to its polling clients before it ends", async () => {
      const ending = await start(name);
      const socket = io(ending.url, { transports: ["polling"], forceNew: true, reconnection: false, rejectUnauthorized: false });
      await once(socket, "connect");
      await socket.emitWithAck("echo", 1);
      // Its next poll is there long before the last of these is answered.
      for (let i = 0; i < 20; ++i) await get(ending.url + "/");
      const gone = once(socket, "disconnect");
      const begun = Date.now();
      await stop(ending);
      assert.equal((await gone)[0], "transport close");
      assert.ok(Date.now() - begun < 4000, "and takes its time for nothing");
    });
  });
}
