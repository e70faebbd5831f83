// The worker queue: two processes on one PostgreSQL, and a Socket.IO client at each.
//
// SIO_WORKER_QUEUE: the executable. Clients come from tests/clients/node_modules.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import readline from "node:readline";
import { after, before, describe, it } from "node:test";

import { PostgresServer } from "../support/postgres.mjs";

const program = process.env.SIO_WORKER_QUEUE;
if (!program) throw new Error("SIO_WORKER_QUEUE must name the executable");
const require = createRequire(new URL("../clients/package.json", import.meta.url));
const { io } = require("sio-4.8");

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** A process of the example, which counts the jobs that it has done when it ends. */
class Queue {
  static async start(database) {
    const queue = new Queue();
    queue.child = spawn(program, [database], { stdio: ["ignore", "pipe", "inherit"] });
    running.add(queue.child);
    queue.lines = readline.createInterface({ input: queue.child.stdout });
    const [line] = await once(queue.lines, "line");
    queue.url = line.replace("listening on ", "");
    return queue;
  }

  async connect() {
    const socket = io(`${this.url}/jobs`, { transports: ["websocket"], forceNew: true });
    await once(socket, "connect");
    return socket;
  }

  /** Ends it in order: how many jobs it has done. */
  async stop() {
    const [line, exit] = [once(this.lines, "line"), once(this.child, "exit")];
    this.child.kill("SIGTERM");
    const [[said], [code]] = await Promise.all([line, exit]);
    running.delete(this.child);
    assert.equal(code, 0);
    assert.match(said, /^\d+ jobs done$/);
    return Number.parseInt(said, 10);
  }
}

/** Collects `count` results that `socket` is told. */
function results(socket, count) {
  const found = [];
  return new Promise((resolve) => {
    socket.on("done", (id, task, result) => {
      found.push({ id, task, result });
      if (found.length === count) resolve(found);
    });
  });
}

describe("worker_queue", () => {
  let postgres;
  before(async () => (postgres = await PostgresServer.start()));
  after(() => postgres.stop());

  it("does each job once, whichever process it comes to, and tells the room of its client", async () => {
    const queues = [await Queue.start(postgres.url), await Queue.start(postgres.url)];
    const [first, second] = [await queues[0].connect(), await queues[1].connect()];
    // A job may be done by either process; both tell their clients.
    const watchers = [await queues[0].connect(), await queues[1].connect()];
    for (const watcher of watchers) {
      assert.equal(await watcher.emitWithAck("watch", "blue"), true);
      assert.equal(await watcher.emitWithAck("watch", "red"), true);
    }
    const told = watchers.map((watcher) => results(watcher, 40));
    const ids = new Set();
    for (let i = 0; i < 20; ++i) {
      ids.add(await first.emitWithAck("submit", "blue", `blue${i}`));
      ids.add(await second.emitWithAck("submit", "red", `red${i}`));
    }
    for (const found of await Promise.all(told)) {
      assert.deepEqual(new Set(found.map(({ id }) => id)), ids);
      for (const { task, result } of found) assert.equal(result, [...task].reverse().join(""));
    }
    [first, second, ...watchers].forEach((socket) => socket.disconnect());
    const done = await Promise.all(queues.map((queue) => queue.stop()));
    assert.equal(done[0] + done[1], 40);
  });

  it("goes on when the database restarts, and leaves other rooms alone", async () => {
    const queue = await Queue.start(postgres.url);
    const [inside, outside] = [await queue.connect(), await queue.connect()];
    await inside.emitWithAck("watch", "here");
    await outside.emitWithAck("watch", "elsewhere");
    outside.on("done", () => assert.fail("not for this room"));
    const before = results(inside, 1);
    await inside.emitWithAck("submit", "here", "abc");
    assert.equal((await before)[0].result, "cba");
    inside.off("done");

    await postgres.restart();
    const after = results(inside, 5);
    for (let i = 0; i < 5; ++i) await inside.emitWithAck("submit", "here", `job ${i}`);
    assert.deepEqual((await after).map(({ result }) => result).sort(), ["0 boj", "1 boj", "2 boj", "3 boj", "4 boj"]);
    inside.disconnect();
    outside.disconnect();
    assert.equal(await queue.stop(), 6);
  });
});
