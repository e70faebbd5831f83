// What hostile clients try, above all the published faults of this field: each ends with a server that still serves.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Polling, Socket, expectAlive, fetchText, pause, residentBytes } from "./lib/engine.mjs";
import { RawWebSocket, frame, opcode } from "./lib/frames.mjs";
import { Raw, request } from "./lib/raw.mjs";

const MEGABYTE = 1024 * 1024;

let testbed;
const open = new Set();
const keep = (closable) => (open.add(closable), closable);
before(async () => (testbed = await Testbed.start({ args: ["--metrics", "--ping-interval", "5000", "--ping-timeout", "5000"] })));
afterEach(() => {
  for (const one of open) one.destroy ? one.destroy() : one.close();
  open.clear();
});
after(() => testbed.stop());

const engine = () => `${testbed.url}/engine.io/`;
const socketIo = () => `${testbed.url}/socket.io/`;

async function joined() {
  const socket = keep(await Socket.open(socketIo()));
  await socket.send("40").several(2);
  return socket;
}

/** An Engine.IO session over a raw WebSocket. */
async function rawSession(target = "/engine.io/") {
  const socket = keep(await RawWebSocket.connect(testbed.port, `${target}?EIO=4&transport=websocket`));
  await socket.message();
  return socket;
}

/** Runs `attack` and expects the server's memory to have grown by less than `limit` bytes while it lasts. */
async function withinMemory(limit, attack) {
  await expectAlive(testbed);
  const before = await residentBytes(testbed.pid);
  let most = before;
  const watch = setInterval(async () => (most = Math.max(most, await residentBytes(testbed.pid).catch(() => 0))), 20);
  try {
    await attack();
  } finally {
    clearInterval(watch);
  }
  most = Math.max(most, await residentBytes(testbed.pid));
  assert.ok(most - before < limit, `memory grew by ${Math.round((most - before) / MEGABYTE)} MiB`);
  await expectAlive(testbed);
}

/** Runs `attack` while another client goes on talking: none of its echoes may take long. */
async function othersUndelayed(attack) {
  const socket = await joined();
  let worst = 0;
  let over = false;
  const talk = (async () => {
    while (!over) {
      const start = Date.now();
      socket.send('42["message","on"]');
      assert.equal(await socket.next(), '42["message-back","on"]');
      worst = Math.max(worst, Date.now() - start);
      await pause(10);
    }
  })();
  try {
    await Promise.race([attack(), talk]);
  } finally {
    over = true;
    await talk;
  }
  assert.ok(worst < 2000, `another client waited for ${worst} ms`);
}

/** How many sessions have been closed for that reason. */
async function closedFor(reason) {
  const { body } = await fetchText(`${testbed.url}/metrics`);
  const samples = body.matchAll(/^sio_sessions_closed_total\{worker="\d+",reason="([^"]+)"\} (\d+)$/gm);
  return [...samples].filter((sample) => sample[1] === reason).reduce((sum, sample) => sum + Number(sample[2]), 0);
}

async function becomesTrue(condition, what, limitMs = 20_000) {
  const limit = Date.now() + limitMs;
  while (!(await condition())) {
    assert.ok(Date.now() < limit, `not in time: ${what}`);
    await pause(50);
  }
}

describe("payloads", () => {
  test("a payload of a million separators costs neither memory nor time (CVE-2020-36048)", () =>
    withinMemory(32 * MEGABYTE, async () => {
      const session = await Polling.open(engine());
      const start = Date.now();
      const { status } = await session.post("\x1e".repeat(1_000_000));
      assert.equal(status, 400);
      assert.ok(Date.now() - start < 1000);
    }));

  test("a payload of half a million packets is bounded", () =>
    withinMemory(64 * MEGABYTE, async () => {
      const session = await Polling.open(engine());
      await session.post(Array(500_000).fill("4").join("\x1e"));
    }));

  test("an octet-stream POST is answered (CVE-2026-59725)", async () => {
    const session = await Polling.open(engine());
    const { status } = await session.post(Buffer.from([0, 1, 255, 4, 104]), { "Content-Type": "application/octet-stream" });
    assert.ok(status === 200 || status === 400, `status ${status}`);
    await expectAlive(testbed);
  });

  test("a POST that is cut in the middle harms nobody", async () => {
    const session = await Polling.open(engine());
    const raw = await Raw.connect(testbed.port);
    raw.write(request("POST", session.url.slice(testbed.url.length), { "Content-Length": "1000" }, "4half"));
    await pause(30);
    raw.destroy();
    await expectAlive(testbed);
  });

  test("base64 that is none does not end the server", async () => {
    for (const payload of ["b!!!!", "b====", "bA", "b\u0000", "bü"]) {
      const session = await Polling.open(engine());
      const { status } = await session.post(payload);
      assert.ok(status === 200 || status === 400, `status ${status}`);
    }
    await expectAlive(testbed);
  });

  test("a POST that is not UTF-8 does not end the server", async () => {
    const session = await Polling.open(engine());
    const { status } = await session.post(Buffer.from([0x34, 0xff, 0xc0, 0x80]));
    assert.ok(status === 200 || status === 400, `status ${status}`);
    await expectAlive(testbed);
  });
});

describe("packets", () => {
  for (const [what, packet] of [
    ["an event named error (CVE-2024-38355)", '42["error","boom"]'],
    ["an event named connect_error", '42["connect_error",{}]'],
    ["an event named __proto__", '42["__proto__",{"__proto__":{"a":1}}]'],
    ["an event named constructor", '42["constructor"]'],
    ["an event with an empty name", '42[""]'],
    ["an event with NUL in its name", '42["a\\u0000b"]'],
    ["an event with a name of 100 KB", `42["${"n".repeat(100_000)}"]`],
    ["an acknowledgement of nothing", "43123[1]"],
    ["an acknowledgement with an object that overrides toString (CVE-2023-32695)", '430[{"toString":"foo"}]'],
  ]) {
    test(`${what} does not end the server`, async () => {
      const socket = await joined();
      socket.send(packet, '42["message","next"]');
      const answer = await socket.next().catch(() => null);
      if (answer !== null) assert.ok(["42", "43", "45"].some((type) => answer.startsWith(type)), answer);
      await expectAlive(testbed);
    });
  }

  for (const [what, id] of [["2^53", "9007199254740992"], ["2^63", "9223372036854775808"], ["2^64", "18446744073709551616"],
                            ["two hundred digits", "9".repeat(200)]]) {
    test(`an ack id of ${what} is answered exactly or refused`, async () => {
      const socket = await joined();
      socket.send(`42${id}["message-with-ack",1]`);
      const answer = await socket.next().catch(() => null);
      assert.ok(answer === null || answer === `43${id}[1]`, String(answer));
      await expectAlive(testbed);
    });
  }

  for (const depth of [100, 10_000, 400_000]) {
    test(`JSON of depth ${depth} does not end the server`, async () => {
      const socket = await joined();
      socket.send(`42["message",${"[".repeat(depth)}${"]".repeat(depth)}]`);
      await socket.next().catch(() => null);
      const other = await joined();
      other.send(`42["message",${'{"a":'.repeat(depth / 2)}1${"}".repeat(depth / 2)}]`);
      await other.next().catch(() => null);
      await expectAlive(testbed);
    });
  }

  test("numbers of any size come back as numbers or are refused", async () => {
    for (const number of ["1e400", "-1e400", "1".repeat(400), "0.".padEnd(400, "1"), "1e-400", "99999999999999999999"]) {
      const socket = await joined();
      socket.send(`42["message",${number}]`);
      const answer = await socket.next().catch(() => null);
      if (answer !== null) JSON.parse(answer.slice(2));
    }
    await expectAlive(testbed);
  });

  test("ten thousand acknowledgements that nobody asked for are ignored (ack flood)", () =>
    withinMemory(16 * MEGABYTE, async () => {
      const socket = await joined();
      for (let i = 0; i < 10_000; ++i) socket.send(`43${i}[]`);
      socket.send('42["message","behind"]');
      assert.equal(await socket.next(), '42["message-back","behind"]');
    }));

  test("joining and leaving namespaces a thousand times leaves nothing behind", () =>
    withinMemory(16 * MEGABYTE, async () => {
      const socket = await joined();
      for (let i = 0; i < 1000; ++i) {
        socket.send("40/custom,", "41/custom,");
        await socket.next();  // the greeting, a moment later, finds nobody there
      }
    }));

  test("a thousand namespaces that do not exist are refused one by one", () =>
    withinMemory(16 * MEGABYTE, async () => {
      const socket = await joined();
      for (let i = 0; i < 1000; ++i) socket.send(`40/none-${i},`);
      for (let i = 0; i < 1000 && !socket.isClosed; ++i) await socket.next().catch(() => null);
    }));
});

describe("attachments", () => {
  test("attachments that are announced and never come hold no memory (CVE-2026-33151)", () =>
    withinMemory(64 * MEGABYTE, async () => {
      const sockets = await Promise.all(Array.from({ length: 100 }, joined));
      for (const socket of sockets) {
        socket.send('4510-["message"' + Array.from({ length: 10 }, (_, num) => `,{"_placeholder":true,"num":${num}}`).join("") + "]");
        for (let i = 0; i < 9; ++i) socket.send(Buffer.alloc(1000));
      }
      await pause(50);
    }));

  test("the attachments of a packet are bounded together: ten megabytes a connection", () =>
    withinMemory(110 * MEGABYTE, async () => {
      const sockets = await Promise.all(Array.from({ length: 10 }, joined));
      for (const socket of sockets) {
        socket.send('4510-["message"' + Array.from({ length: 10 }, (_, num) => `,{"_placeholder":true,"num":${num}}`).join("") + "]");
        for (let i = 0; i < 9; ++i) socket.send(Buffer.alloc(900_000));
      }
      await pause(300);
    }));
});

describe("WebSocket", () => {
  test("tiny fragments by the hundred thousand are cut off (CVE-2026-48779)", () =>
    withinMemory(32 * MEGABYTE, async () => {
      const socket = await rawSession();
      const one = frame(opcode.continuation, "a", { fin: false });
      socket.write(Buffer.concat([frame(opcode.text, "4", { fin: false }), ...Array(100_000).fill(one)]));
      assert.ok([1008, 1009].includes(await socket.closeCode()));
    }));

  test("text that is not UTF-8 closes an Engine.IO session with 1007", async () => {
    const socket = await rawSession();
    assert.equal(await socket.write(frame(opcode.text, Buffer.from([0x34, 0xff]))).closeCode(), 1007);
  });

  test("a declared length of a gigabyte reserves nothing and is refused with 1009", () =>
    withinMemory(16 * MEGABYTE, async () => {
      const socket = await rawSession();
      assert.equal(await socket.write(frame(opcode.text, "", { length: 2 ** 30 })).closeCode(), 1009);
    }));

  test("declared lengths alone reserve no memory", () =>
    withinMemory(32 * MEGABYTE, async () => {
      const sockets = await Promise.all(Array.from({ length: 200 }, () => rawSession()));
      for (const socket of sockets) socket.write(frame(opcode.text, "4", { length: 1_000_000, lengthBytes: 9 }));
      await pause(100);
    }));

  test("pings from a client that does not read are not answered without end (CVE-2026-48802)", () =>
    withinMemory(32 * MEGABYTE, async () => {
      const socket = await rawSession();
      socket.raw.stopReading();
      const pings = Buffer.concat(Array(10_000).fill(frame(opcode.ping, Buffer.alloc(125))));
      for (let i = 0; i < 40; ++i) {
        socket.write(pings);
        await pause(10);
      }
    }));

  test("echoes to a client that does not read are not queued without end", () =>
    withinMemory(64 * MEGABYTE, async () => {
      const sockets = await Promise.all(Array.from({ length: 4 }, () => rawSession()));
      const message = frame(opcode.text, "4" + "x".repeat(99_999), { key: Buffer.alloc(4) });
      for (const socket of sockets) socket.raw.stopReading();
      for (let i = 0; i < 300; ++i) {
        for (const socket of sockets) socket.write(message);
        if (i % 10 === 0) await pause(5);
      }
      await pause(200);
    }));

  test("echoes of a plain WebSocket are not queued without end either", () =>
    withinMemory(64 * MEGABYTE, async () => {
      const socket = keep(await RawWebSocket.connect(testbed.port, "/ws-echo"));
      socket.raw.stopReading();
      const message = frame(opcode.binary, Buffer.alloc(100_000), { key: Buffer.alloc(4) });
      for (let i = 0; i < 1000; ++i) {
        socket.write(message);
        if (i % 10 === 0) await pause(2);
      }
      await pause(200);
    }));

  test("events from a client that never polls are not queued without end", () =>
    withinMemory(48 * MEGABYTE, async () => {
      const session = await Polling.open(engine());
      for (let i = 0; i < 100; ++i) {
        const { status } = await session.post("4" + "x".repeat(900_000));
        if (status !== 200) break;
      }
    }));
});

// One message is a tenth of what may wait for a client; each asks for ten times that.
const LARGE = "x".repeat(100_000);
const MANY = 100;

describe("clients that do not read", () => {
  test("a WebSocket that asks for megabytes and never reads is disconnected, and delays nobody", () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const before = await closedFor("slow consumer");
      const sockets = await Promise.all(Array.from({ length: 5 }, () => rawSession("/socket.io/")));
      const event = frame(opcode.text, `42["message","${LARGE}"]`, { key: Buffer.alloc(4) });
      for (const socket of sockets) socket.write(frame(opcode.text, "40")).raw.stopReading();
      for (let i = 0; i < MANY; ++i) {
        for (const socket of sockets) socket.write(event);
        await pause(5);
      }
      await becomesTrue(async () => (await closedFor("slow consumer")) >= before + 5, "the five are disconnected");
    })));

  test("a session that posts and never polls is disconnected, and delays nobody", () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const before = await closedFor("slow consumer");
      const sessions = await Promise.all(Array.from({ length: 5 }, () => Polling.open(socketIo())));
      await Promise.all(sessions.map(async (session) => {
        await session.post("40");
        for (let i = 0, status = 200; i < MANY && status === 200; ++i) {
          ({ status } = await session.post(`42["message","${LARGE}"]`));
        }
      }));
      await becomesTrue(async () => (await closedFor("slow consumer")) >= before + 5, "the five are disconnected");
    })));

  test("a 0.9 client of xhr-polling that posts and never polls again is disconnected, and delays nobody", () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const before = await closedFor("slow consumer");
      await Promise.all(Array.from({ length: 5 }, async () => {
        const { body } = await fetchText(`${socketIo()}1/`);
        const url = `${socketIo()}1/xhr-polling/${body.split(":")[0]}`;
        assert.equal((await fetchText(url)).body, "1::");
        const packet = `5:::${JSON.stringify({ name: "message", args: [LARGE] })}`;
        for (let i = 0, status = 200; i < MANY && status === 200; ++i) {
          ({ status } = await fetchText(url, { method: "POST", body: packet }));
        }
      }));
      await becomesTrue(async () => (await closedFor("slow consumer")) >= before + 5, "the five are disconnected");
    })));

  test("a client that reads a byte a second gets no more memory than one that reads nothing", () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const before = await closedFor("slow consumer");
      const sockets = await Promise.all(Array.from({ length: 5 }, () => rawSession("/socket.io/")));
      const event = frame(opcode.text, `42["message","${LARGE}"]`, { key: Buffer.alloc(4) });
      for (const socket of sockets) socket.write(frame(opcode.text, "40")).raw.stopReading();
      for (let second = 0; second < 3; ++second) {
        for (let i = 0; i < MANY / 3; ++i) {
          for (const socket of sockets) socket.write(event);
          await pause(5);
        }
        await pause(1000);
        for (const socket of sockets) socket.raw.readByte();
      }
      await becomesTrue(async () => (await closedFor("slow consumer")) >= before + 5, "the five are disconnected");
    })));

  test("answers to requests whose client does not read them wait outside of memory", () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const body = "x".repeat(900_000);
      const one = request("POST", "/", { "Content-Length": body.length }, body);
      for (let i = 0; i < 20; ++i) {
        const raw = keep(await Raw.connect(testbed.port));
        raw.stopReading();
        for (let more = 0; more < 10; ++more) raw.write(one);
      }
      await pause(1000);
    })));
});

describe("clients that stop in the middle", () => {
  test("WebSockets that stop in mid-frame hold what they have sent, and end with their heartbeat", { timeout: 60_000 }, () =>
    withinMemory(64 * MEGABYTE, () => othersUndelayed(async () => {
      const before = await closedFor("ping timeout");
      const sockets = await Promise.all(Array.from({ length: 50 }, () => rawSession()));
      for (const socket of sockets) socket.write(frame(opcode.text, "4" + "x".repeat(299_999), { length: 600_000, lengthBytes: 9 }));
      await becomesTrue(async () => (await closedFor("ping timeout")) >= before + 50, "their heartbeats are missed", 40_000);
    })));

  test("requests that come a byte at a time are answered, and delay nobody", () =>
    withinMemory(16 * MEGABYTE, () => othersUndelayed(async () => {
      const text = request("GET", "/engine.io/?EIO=4&transport=polling");
      await Promise.all(Array.from({ length: 50 }, async () => {
        const raw = keep(await Raw.connect(testbed.port));
        for (const byte of text) {
          raw.write(byte);
          await pause(5);
        }
        assert.equal((await raw.answer({ limitMs: 20_000 })).status, 200);
      }));
    })));

  test("requests that come a byte at a time and never end are refused after ten seconds", { timeout: 60_000 }, () =>
    withinMemory(16 * MEGABYTE, () => othersUndelayed(async () => {
      await Promise.all(Array.from({ length: 50 }, async () => {
        const raw = keep(await Raw.connect(testbed.port));
        raw.write("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
        let answered = false;
        const answer = raw.answer({ limitMs: 40_000 }).finally(() => (answered = true));
        while (!answered) {
          raw.write("x");
          await pause(200);
        }
        assert.equal((await answer).status, 408);
      }));
    })));

  test("a body that comes a byte at a time does not hold its connection for ever", { timeout: 60_000 }, () =>
    othersUndelayed(async () => {
      const session = await Polling.open(engine());
      const raw = keep(await Raw.connect(testbed.port));
      raw.write(request("POST", session.url.slice(testbed.url.length), { "Content-Length": "100000" }, "4"));
      let answered = false;
      const answer = raw.answer({ limitMs: 40_000 }).finally(() => (answered = true));
      while (!answered) {
        raw.write("x");
        await pause(200);
      }
      assert.equal((await answer).status, 408);
    }));
});

describe("floods", () => {
  test("a thousand handshakes without anything behind them are forgotten in time", { timeout: 60_000 }, async () => {
    const own = await Testbed.start();
    try {
      await expectAlive(own);
      const sids = [];
      for (let batch = 0; batch < 20; ++batch) {
        const opened = await Promise.all(Array.from({ length: 50 }, () => Polling.open(`${own.url}/engine.io/`)));
        sids.push(...opened.map(({ sid }) => sid));
      }
      await pause(700);
      for (const sid of [sids[0], sids[500], sids[999]]) {
        const { status } = await fetchText(`${own.url}/engine.io/?EIO=4&transport=polling&sid=${sid}`);
        assert.equal(status, 400);
      }
      await expectAlive(own);
    } finally {
      await own.stop();
    }
  });

  test("two thousand connections that say nothing leave room for those that do", async () => {
    await Promise.all(Array.from({ length: 2000 }, async () => keep(await Raw.connect(testbed.port))));
    const start = Date.now();
    await expectAlive(testbed);
    assert.ok(Date.now() - start < 1000);
  });

  test("sessions that come and go by the thousand leave no memory behind", { timeout: 60_000 }, () =>
    withinMemory(24 * MEGABYTE, async () => {
      for (let batch = 0; batch < 40; ++batch) {
        const sockets = await Promise.all(Array.from({ length: 50 }, joined));
        for (const socket of sockets) {
          open.delete(socket);
          socket.close();
        }
      }
      await pause(100);
    }));

  test("upgrades that are begun and never finished leave the session as it was", async () => {
    const session = await Polling.open(engine());
    const probes = Array.from({ length: 20 }, () => keep(new Socket(engine(), { query: `&sid=${session.sid}` })));
    await Promise.all(probes.map((socket) => socket.opened));
    for (const socket of probes) socket.send("2probe");
    await pause(50);
    await session.post("4here");
    const packets = [];
    while (!packets.includes("4here")) packets.push(...(await session.poll()).body.split("\x1e"));
    await expectAlive(testbed);
  });

  test("TLS and other protocols spoken to a plain port are refused at once", async () => {
    for (const bytes of ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "SSH-2.0-client\r\n", "EHLO client\r\n"]) {
      const raw = keep(await Raw.connect(testbed.port));
      raw.write(bytes);
      assert.equal((await raw.answer({ limitMs: 1000 })).status, 400);
      await raw.closed(1000);
    }
  });

  test("a body that goes on after its 413 is not read for ever", async () => {
    const raw = keep(await Raw.connect(testbed.port));
    raw.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
    let sent = 0;
    const piece = "x".repeat(MEGABYTE);
    while (sent < 64 && await raw.written(piece)) ++sent;
    assert.ok(sent < 32, `${sent} MB were taken`);
    await expectAlive(testbed);
  });
});
