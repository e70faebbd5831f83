// Clients of all kinds that come, talk, and go in every way there is; see bench/README.md.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { exchange, request } from "../tests/conformance/lib/raw.mjs";
import { Testbed } from "../tests/support/testbed.mjs";
import { Client, kinds } from "./churn/client.mjs";
import { LEAST_ROUNDS, judge } from "./churn/verdict.mjs";

const MEGABYTE = 1024 * 1024;
// Short, so that sessions whose clients have vanished are gone soon; bearable for clients on a busy machine.
const TIMES = ["--ping-interval", "1000", "--ping-timeout", "3000", "--heartbeat-interval", "1", "--heartbeat-timeout",
               "3", "--close-timeout", "3"];
const QUIET_LIMIT_MS = 60_000;
const ROOMS = 50;

const { values: options } = parseArgs({ options: {
  seconds: { type: "string", default: "600" }, rounds: { type: "string", default: "20" },
  users: { type: "string", default: "40" }, workers: { type: "string", default: "1" }, help: { type: "boolean" },
} });
if (options.help) {
  console.log("usage: bench/soak [--seconds N] [--rounds N] [--users N] [--workers N]");
  process.exit(0);
}
const [seconds, rounds, users] = [options.seconds, options.rounds, options.users].map(Number);
if (!(seconds > 0) || !(users >= 1) || !(rounds >= LEAST_ROUNDS)) throw new Error("see bench/soak --help");
process.env.SIO_TESTBED ??= path.join(path.dirname(fileURLToPath(import.meta.url)), "../build/release/apps/testbed/testbed");

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sums = { sessions: 0, echoes: 0, heard: 0, slow: 0, vanished: 0 };

/** Resident memory of the server, in bytes. */
async function residentBytes(pid) {
  return Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]) * 4096;
}

/** The sum of a metric over all workers and labels. */
async function metrics(port) {
  const { body } = await exchange(port, request("GET", "/metrics", { Connection: "close" }), { limitMs: 30_000 });
  const samples = body.toString().split("\n").map((line) => /^(\w+)\{.*\} (\S+)$/.exec(line)).filter(Boolean);
  return (name) => samples.filter((sample) => sample[1] === name).reduce((sum, sample) => sum + Number(sample[2]), 0);
}

/** One that stays: hears every message of the room, each once and in order. */
class Listener {
  heard = 0;

  static async start(port, kind) {
    const listener = new Listener();
    listener.kind = kind;
    listener.client = await Client.open(port, kind);
    await listener.client.emit("join", "all");
    while ((await listener.client.next()).id === undefined);
    listener.done = listener.#listen();
    listener.done.catch(() => {});  // whoever waits for it sees the error
    listener.timer = setInterval(() => listener.client.beat().catch(() => {}), 500);
    return listener;
  }
  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    this.client.destroy();
  }
  async #listen() {
    for (;;) {
      const next = await this.client.next().catch((error) => {
        if (this.stopped) return null;
        throw new Error(`a listener (${JSON.stringify(this.kind)}) was lost: ${error.message}`);
      });
      if (next === null) return;
      if (next.name !== "room") continue;
      const [number] = next.data;
      if (number !== this.heard + 1) throw new Error(`${JSON.stringify(this.kind)}: ${number} behind ${this.heard}`);
      this.heard = number;
      ++sums.heard;
    }
  }
}

/** One that comes, talks, and goes. */
async function visit(port, kind, turn) {
  const client = await Client.open(port, kind);
  ++sums.sessions;
  try {
    const due = [];
    due.push({ id: await client.emit("join", `room ${turn % ROOMS}`), data: [`room ${turn % ROOMS}`] });
    for (let burst = 0; burst < 3; ++burst) {
      for (let i = 0; i < 5; ++i) {
        const data = [turn, i, "x".repeat((turn * 37 + i * 101) % 2000)];
        due.push({ id: await client.emit("echo", ...data), data });
      }
      while (due.length !== 0) {
        const next = await client.next();
        if (next.id === undefined) continue;
        const expected = due.shift();
        if (next.id !== expected.id || JSON.stringify(next.data) !== JSON.stringify(expected.data)) {
          throw new Error(`${JSON.stringify(kind)}: acknowledgement ${next.id} instead of ${expected.id}`);
        }
        ++sums.echoes;
      }
      await client.beat();
    }
    await client.emit("room", `room ${turn % ROOMS}`, turn);
    if (turn % 3 === 0) return await client.leave();
    ++sums.vanished;
    if (turn % 3 === 1) {
      client.breakOff();
      await pause(2);
    }
  } finally {
    client.destroy();
  }
}

/** One that asks for much more than it reads, and vanishes. */
async function dawdle(port, kind) {
  const client = await Client.open(port, kind);
  ++sums.slow;
  client.stopReading();
  try {
    for (let i = 0; i < 40; ++i) await client.emit("echo", "x".repeat(60_000));
    await pause(500);
  } catch {
    // the server has had enough of it
  } finally {
    client.destroy();
  }
}

/** Keeps `count` at it until `end`. */
function crowd(count, end, act) {
  let turn = 0;
  return Array.from({ length: count }, async () => {
    while (Date.now() < end) await act(turn++);
  });
}

async function round(port, end, room) {
  const listening = room.listeners.map((listener) => listener.done);
  const slowKinds = kinds.filter((kind) => kind.transport !== "upgrade");
  const talk = (async () => {
    while (Date.now() < end) {
      await room.sender.emit("room", "all", ++room.sent);
      if (room.sent % 10 === 0) await room.sender.emit("bcast", room.sent);
      await pause(10);
    }
  })();
  const busy = Promise.all([
    talk,
    ...crowd(users, end, (turn) => visit(port, kinds[turn % kinds.length], turn)),
    ...crowd(4, end, (turn) => dawdle(port, slowKinds[turn % slowKinds.length])),
  ]);
  await Promise.race([busy, Promise.all(listening)]);  // a listener ends only with an error
  await busy;
}

/** Waits until nobody is left but those who stay, and nothing of the others. */
async function quiet(port, staying, room) {
  const limit = Date.now() + QUIET_LIMIT_MS;
  for (;;) {
    const now = await metrics(port);
    const left = { sockets: now("sio_sockets") - staying, sessions: now("sio_clients") - staying, queued: now("sio_queued_bytes"),
                   // Each who stays is in the room of all, or in none; a room counts on every worker.
                   rooms: Math.max(0, now("sio_rooms") - Number(options.workers)) };
    const behind = room.listeners.filter((listener) => listener.heard !== room.sent).length;
    if (behind === 0 && Object.values(left).every((count) => count === 0)) return;
    if (Date.now() > limit) throw new Error(`left behind: ${JSON.stringify({ ...left, behind })}`);
    await pause(100);
  }
}

const testbed = await Testbed.start({ conformance: false, args: ["--metrics", "--workers", options.workers, ...TIMES] });
const { port } = testbed;
const room = { sent: 0, listeners: [] };
let failed = false;
try {
  room.sender = await Client.open(port, { version: 4, transport: "websocket" });
  const drain = (async () => { for (;;) await room.sender.next(); })().catch(() => {});
  for (const kind of kinds) room.listeners.push(await Listener.start(port, kind));
  const samples = [];
  for (let i = 0; i < rounds; ++i) {
    await round(port, Date.now() + (seconds * 1000) / rounds, room);
    await quiet(port, kinds.length + 1, room);
    samples.push(await residentBytes(testbed.pid));
    console.log(`round ${i + 1}: ${(samples.at(-1) / MEGABYTE).toFixed(2)} MiB, ${JSON.stringify(sums)}`);
  }
  const verdict = judge(samples);
  console.log(`median of the two fifths before ${(verdict.before / MEGABYTE).toFixed(2)} MiB, of the last two ` +
              `${(verdict.last / MEGABYTE).toFixed(2)} MiB, allowed growth ${(verdict.allowed / MEGABYTE).toFixed(2)} MiB: ` +
              (verdict.flat ? "flat" : "NOT FLAT"));
  failed = !verdict.flat;
  room.listeners.forEach((listener) => listener.stop());
  room.sender.destroy();
  await drain;
  await testbed.stop();
} catch (error) {
  console.error(error);
  failed = true;
  await testbed.stop().catch(() => {});
}
process.exit(failed ? 1 : 0);
