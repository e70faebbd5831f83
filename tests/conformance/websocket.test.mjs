// RFC 6455 by raw sockets, against /ws-echo: handshake, frames, fragments, control frames, UTF-8, close codes, limits.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { RawWebSocket, closeFrame, frame, opcode } from "./lib/frames.mjs";
import { Raw, exchange, request } from "./lib/raw.mjs";

const ZERO_KEY = Buffer.alloc(4);

let testbed;
const open = new Set();
before(async () => (testbed = await Testbed.start()));
afterEach(() => {
  for (const socket of open) socket.destroy();
  open.clear();
});
after(() => testbed.stop());

async function connect(headers) {
  const socket = await RawWebSocket.connect(testbed.port, "/ws-echo", headers);
  open.add(socket);
  return socket;
}

/** Expects one message back. */
async function echoes(socket, code, payload) {
  const message = await socket.message();
  assert.equal(message.opcode, code);
  assert.ok(message.payload.equals(Buffer.from(payload)), `${message.payload.length} bytes came back, but not the same`);
}

async function expectEcho() {
  const socket = await connect();
  await echoes(socket.write(frame(opcode.text, "alive")), opcode.text, "alive");
}

describe("handshake", () => {
  const key = "dGhlIHNhbXBsZSBub25jZQ==";
  const fields = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key };
  const without = (name) => Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));

  test("the accept value is that of the RFC's example", async () => {
    const answer = await exchange(testbed.port, request("GET", "/ws-echo", fields));
    assert.equal(answer.status, 101);
    assert.equal(answer.headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert.equal(answer.headers.upgrade.toLowerCase(), "websocket");
    assert.equal(answer.headers.connection.toLowerCase(), "upgrade");
    assert.equal(answer.headers["content-length"], undefined);
    assert.equal(answer.headers["sec-websocket-extensions"], undefined);
  });

  test("tokens compare without regard to case and among others", async () => {
    const answer = await exchange(testbed.port,
      request("GET", "/ws-echo", { ...fields, Upgrade: "WebSocket", Connection: "keep-alive, uPGRADE" }));
    assert.equal(answer.status, 101);
  });

  test("frames that come along with the handshake are read", async () => {
    const raw = await Raw.connect(testbed.port);
    const socket = new RawWebSocket(raw);
    open.add(socket);
    raw.write(Buffer.concat([Buffer.from(request("GET", "/ws-echo", fields)), frame(opcode.text, "early"), frame(opcode.text, "birds")]));
    assert.equal((await raw.answer()).status, 101);
    await echoes(socket, opcode.text, "early");
    await echoes(socket, opcode.text, "birds");
  });

  test("an extension that was not asked for is not used, and an offered one may be declined", async () => {
    const socket = await connect({ "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits, x-unknown" });
    assert.doesNotMatch(socket.handshake.headers["sec-websocket-extensions"] ?? "", /x-unknown/);
    const plain = await connect();
    await echoes(plain.write(frame(opcode.text, "a")), opcode.text, "a");
  });

  test("a path for WebSockets that is asked without an upgrade is answered 426", async () => {
    const answer = await exchange(testbed.port, request("GET", "/ws-echo"));
    assert.equal(answer.status, 426);
    assert.match(answer.headers.upgrade, /websocket/i);
  });

  const refused = [
    ["no key", request("GET", "/ws-echo", without("Sec-WebSocket-Key")), [400]],
    ["a key of another length", request("GET", "/ws-echo", { ...fields, "Sec-WebSocket-Key": "c2hvcnQ=" }), [400]],
    ["a key that is not base64", request("GET", "/ws-echo", { ...fields, "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" }), [400]],
    ["no version", request("GET", "/ws-echo", without("Sec-WebSocket-Version")), [400, 426]],
    ["version 8", request("GET", "/ws-echo", { ...fields, "Sec-WebSocket-Version": "8" }), [400, 426]],
    ["an upgrade to something else", request("GET", "/ws-echo", { ...fields, Upgrade: "h2c" }), [400, 426]],
    ["no upgrade in Connection", request("GET", "/ws-echo", { ...fields, Connection: "keep-alive" }), [400, 426]],
    ["a POST", request("POST", "/ws-echo", { ...fields, "Content-Length": "0" }), [400, 405, 426]],
    ["HTTP/1.0", request("GET", "/ws-echo", fields).replace("HTTP/1.1", "HTTP/1.0"), [400, 426, 505]],
  ];
  for (const [what, bytes, statuses] of refused) {
    test(`a handshake with ${what} is refused`, async () => {
      const answer = await exchange(testbed.port, bytes);
      assert.ok(statuses.includes(answer.status), `status ${answer.status}`);
      if (what === "version 8") assert.equal(answer.headers["sec-websocket-version"], "13");
    });
  }
});

describe("frames", () => {
  for (const length of [0, 1, 125, 126, 127, 65535, 65536, 65537, 1_000_000]) {
    test(`text and binary of ${length} bytes come back`, async () => {
      const socket = await connect();
      const data = Buffer.alloc(length, "0123456789abcdef");
      await echoes(socket.write(frame(opcode.text, data)), opcode.text, data);
      await echoes(socket.write(frame(opcode.binary, data)), opcode.binary, data);
    });
  }

  test("frames that arrive byte by byte are put together", async () => {
    const socket = await connect();
    for (const byte of Buffer.concat([frame(opcode.text, "slow but sure"), frame(opcode.binary, Buffer.alloc(130, 7))])) {
      socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await echoes(socket, opcode.text, "slow but sure");
    await echoes(socket, opcode.binary, Buffer.alloc(130, 7));
  });

  test("frames that arrive together are told apart", async () => {
    const socket = await connect();
    const numbers = Array.from({ length: 5000 }, (_, i) => String(i));
    socket.write(Buffer.concat(numbers.map((number) => frame(opcode.text, number))));
    for (const number of numbers) await echoes(socket, opcode.text, number);
  });

  test("frames cut at every position are put together", async () => {
    const socket = await connect();
    const bytes = Buffer.concat([frame(opcode.text, "abc"), frame(opcode.binary, Buffer.alloc(126, 1)), frame(opcode.ping, "p")]);
    for (let cut = 1; cut < bytes.length; ++cut) {
      socket.write(bytes.subarray(0, cut));
      await new Promise((resolve) => setTimeout(resolve, 1));
      socket.write(bytes.subarray(cut));
      // A pong may overtake messages, which the app answers.
      const back = [await socket.message(), await socket.message(), await socket.message()];
      const [text, binary] = back.filter((message) => message.opcode !== opcode.pong);
      assert.equal(text.payload.toString(), "abc");
      assert.ok(binary.payload.equals(Buffer.alloc(126, 1)));
      assert.equal(back.find((message) => message.opcode === opcode.pong).payload.toString(), "p");
    }
  });

  test("a mask of zeros is a mask", async () => {
    const socket = await connect();
    await echoes(socket.write(frame(opcode.text, "plain", { key: ZERO_KEY })), opcode.text, "plain");
  });

  const refused = [
    ["a frame without a mask", frame(opcode.text, "a", { masked: false })],
    ["reserved bit 1 without an extension", frame(opcode.text, "a", { rsv: 4 })],
    ["reserved bit 2", frame(opcode.text, "a", { rsv: 2 })],
    ["reserved bit 3", frame(opcode.text, "a", { rsv: 1 })],
    ["a reserved bit in a ping", frame(opcode.ping, "a", { rsv: 4 })],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((code) => [`opcode ${code}`, frame(code, "a")]),
  ];
  for (const [what, bytes] of refused) {
    test(`${what} fails the connection with 1002`, async () => {
      const socket = await connect();
      assert.equal(await socket.write(bytes).closeCode(), 1002);
    });
  }
});

describe("fragments", () => {
  test("a message in several frames comes back as one message", async () => {
    const socket = await connect();
    for (const code of [opcode.text, opcode.binary]) {
      socket.write(frame(code, "one ", { fin: false })).write(frame(opcode.continuation, "two ", { fin: false }))
        .write(frame(opcode.continuation, "three"));
      await echoes(socket, code, "one two three");
    }
  });

  test("empty fragments are fragments", async () => {
    const socket = await connect();
    socket.write(frame(opcode.text, "", { fin: false })).write(frame(opcode.continuation, "", { fin: false }))
      .write(frame(opcode.continuation, "x", { fin: false })).write(frame(opcode.continuation, ""));
    await echoes(socket, opcode.text, "x");
  });

  test("a ping between fragments is answered before the message ends", async () => {
    const socket = await connect();
    socket.write(frame(opcode.text, "a", { fin: false })).write(frame(opcode.ping, "now"));
    await echoes(socket, opcode.pong, "now");
    socket.write(frame(opcode.continuation, "b"));
    await echoes(socket, opcode.text, "ab");
  });

  for (const [what, ...frames] of [
    ["a continuation of nothing", frame(opcode.continuation, "a")],
    ["an unfinished continuation of nothing", frame(opcode.continuation, "a", { fin: false })],
    ["a new message within another", frame(opcode.text, "a", { fin: false }), frame(opcode.text, "b")],
    ["a continuation after the end", frame(opcode.text, "a", { fin: false }), frame(opcode.continuation, "b"), frame(opcode.continuation, "c")],
  ]) {
    test(`${what} fails the connection with 1002`, async () => {
      const socket = await connect();
      assert.equal(await socket.write(Buffer.concat(frames)).closeCode(), 1002);
    });
  }
});

describe("control frames", () => {
  for (const length of [0, 1, 124, 125]) {
    test(`a ping of ${length} bytes is answered by the same`, async () => {
      const socket = await connect();
      await echoes(socket.write(frame(opcode.ping, Buffer.alloc(length, 0xfe))), opcode.pong, Buffer.alloc(length, 0xfe));
    });
  }

  test("ten pings are answered in order", async () => {
    const socket = await connect();
    for (let i = 0; i < 10; ++i) socket.write(frame(opcode.ping, `ping ${i}`));
    for (let i = 0; i < 10; ++i) await echoes(socket, opcode.pong, `ping ${i}`);
  });

  test("pongs that nobody asked for are ignored", async () => {
    const socket = await connect();
    socket.write(frame(opcode.pong, "why")).write(frame(opcode.pong)).write(frame(opcode.text, "next"));
    await echoes(socket, opcode.text, "next");
  });

  for (const [what, bytes] of [
    ["a ping of 126 bytes", frame(opcode.ping, Buffer.alloc(126))],
    ["a pong of 126 bytes", frame(opcode.pong, Buffer.alloc(126))],
    ["a close frame of 126 bytes", closeFrame(1000, "x".repeat(124))],
    ["a ping in fragments", frame(opcode.ping, "a", { fin: false })],
    ["a close frame in fragments", frame(opcode.close, "", { fin: false })],
  ]) {
    test(`${what} fails the connection with 1002`, async () => {
      const socket = await connect();
      assert.equal(await socket.write(bytes).closeCode(), 1002);
    });
  }
});

describe("UTF-8", () => {
  const valid = {
    "every length": "a é ह 𐍈",
    "the last of each length": "\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}",
    "the edges of the surrogates": "\ud7ff\ue000",
    "noncharacters": "\ufffe\uffff\u{1fffe}",
    "NUL": "\u0000",
    "a byte order mark": "\ufeffa",
  };
  for (const [what, text] of Object.entries(valid)) {
    test(`${what} come back, whole and cut after every byte`, async () => {
      const socket = await connect();
      await echoes(socket.write(frame(opcode.text, text)), opcode.text, text);
      const bytes = [...Buffer.from(text)];
      socket.write(Buffer.concat(bytes.map((byte, i) =>
        frame(i === 0 ? opcode.text : opcode.continuation, Buffer.from([byte]), { fin: i === bytes.length - 1 }))));
      await echoes(socket, opcode.text, text);
    });
  }

  const invalid = {
    "a continuation byte alone": "80",
    "a first byte alone": "c3",
    "a cut character": "e282",
    "a cut character before more text": "e28261",
    "an overlong slash": "c0af",
    "an overlong NUL": "c080",
    "an overlong three-byte form": "e09f80",
    "an overlong four-byte form": "f08f8080",
    "a surrogate": "eda080",
    "a pair of surrogates": "eda081edb080",
    "a code point beyond the last": "f4908080",
    "a byte that never occurs": "ff",
    "five bytes": "f888808080",
    "the RFC's example": "cebae1bdb9cf83cebcceb5eda080656469746564",
  };
  for (const [what, hex] of Object.entries(invalid)) {
    test(`${what} fails the connection with 1007, also within fragments and behind ASCII`, async () => {
      const bytes = Buffer.from(hex, "hex");
      assert.equal(await (await connect()).write(frame(opcode.text, bytes)).closeCode(), 1007);
      const long = Buffer.concat([Buffer.alloc(100, "a"), bytes]);
      assert.equal(await (await connect()).write(frame(opcode.text, long)).closeCode(), 1007);
      const fragments = [frame(opcode.text, "a", { fin: false }), frame(opcode.continuation, bytes)];
      assert.equal(await (await connect()).write(Buffer.concat(fragments)).closeCode(), 1007);
    });
  }

  test("binary may be anything", async () => {
    const socket = await connect();
    const bytes = Buffer.from(Object.values(invalid).join(""), "hex");
    await echoes(socket.write(frame(opcode.binary, bytes)), opcode.binary, bytes);
  });
});

describe("closing", () => {
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]) {
    test(`code ${code} is answered by a close frame, and the connection ends`, async () => {
      const socket = await connect();
      assert.equal(await socket.write(closeFrame(code, "bye")).closeCode(), code);
    });
  }

  test("a close frame without a code is answered by one", async () => {
    const socket = await connect();
    assert.ok([1000, 1005].includes(await socket.write(frame(opcode.close)).closeCode()));
  });

  test("a reason of 123 bytes is taken", async () => {
    const socket = await connect();
    assert.equal(await socket.write(closeFrame(1000, "é".repeat(61) + "x")).closeCode(), 1000);
  });

  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) {
    test(`code ${code} must not be sent and is answered 1002`, async () => {
      const socket = await connect();
      assert.equal(await socket.write(closeFrame(code)).closeCode(), 1002);
    });
  }

  test("a close frame of one byte is answered 1002", async () => {
    const socket = await connect();
    assert.equal(await socket.write(frame(opcode.close, Buffer.from([3]))).closeCode(), 1002);
  });

  test("a reason that is not UTF-8 is answered 1007", async () => {
    const socket = await connect();
    assert.equal(await socket.write(frame(opcode.close, Buffer.from("03e8eda080", "hex"))).closeCode(), 1007);
  });

  test("what was sent before the close frame comes back before its answer, what was sent behind it does not", async () => {
    const socket = await connect();
    socket.write(Buffer.concat([frame(opcode.text, "before"), closeFrame(1000), frame(opcode.text, "behind")]));
    await echoes(socket, opcode.text, "before");
    const answer = await socket.frame();
    assert.equal(answer.opcode, opcode.close);
    assert.equal(await socket.frame(), null);
  });

  test("a close frame within a fragmented message is answered", async () => {
    const socket = await connect();
    assert.equal(await socket.write(Buffer.concat([frame(opcode.text, "a", { fin: false }), closeFrame(1001)])).closeCode(), 1001);
  });

  test("a connection that ends without a close frame harms nobody", async () => {
    const abandoned = await connect();
    abandoned.write(frame(opcode.text, "half", { length: 100 }).subarray(0, 6));
    abandoned.destroy();
    await expectEcho();
  });
});

describe("limits", () => {
  const LIMIT = 64 * 1024 * 1024;
  // Made of zeros with a mask of zeros: the test is to spend its time in the server.
  const header = (length) => frame(opcode.binary, "", { length, lengthBytes: 9, key: ZERO_KEY });

  test("64 MiB are taken and come back", { timeout: 60_000 }, async () => {
    const socket = await connect();
    const block = Buffer.alloc(1024 * 1024);
    socket.write(header(LIMIT));
    for (let sent = 0; sent < LIMIT; sent += block.length) socket.write(block);
    let received = 0;
    for (;;) {
      // Counted as it comes: putting 64 MiB together in front of every chunk would take minutes.
      const got = await socket.raw.take((data) => (data.length > 0 ? data.length : undefined), "the echo", 30_000);
      received += got;
      socket.raw.consume(got);
      if (received >= LIMIT + 10) break;
    }
    assert.ok(received >= LIMIT + 10);
  });

  test("a length beyond 63 bits is refused", async () => {
    const socket = await connect();
    const code = await socket.write(Buffer.from("82ffffffffffffffffff00000000", "hex")).closeCode();
    assert.ok([1002, 1009].includes(code), `code ${code}`);
  });

  test("one byte more is refused with 1009 as soon as the length is known", async () => {
    const socket = await connect();
    assert.equal(await socket.write(header(LIMIT + 1)).closeCode(), 1009);
  });

  test("fragments that add up to more are refused with 1009", async () => {
    const socket = await connect();
    socket.write(frame(opcode.binary, Buffer.alloc(10), { fin: false }));
    socket.write(frame(opcode.continuation, "", { length: LIMIT - 9, lengthBytes: 9, key: ZERO_KEY }));
    assert.equal(await socket.closeCode(), 1009);
  });

  const fragments = (count, last = "z") => {
    const one = frame(opcode.continuation, "", { fin: false });
    return Buffer.concat([frame(opcode.binary, "", { fin: false }), ...Array(count - 2).fill(one), frame(opcode.continuation, last)]);
  };

  test("65536 fragments are taken, and an empty last one behind them", async () => {
    const socket = await connect();
    await echoes(socket.write(fragments(65_536)), opcode.binary, "z");
    await echoes(socket.write(fragments(65_537, "")), opcode.binary, "");
  });

  test("one fragment more is refused", async () => {
    const socket = await connect();
    assert.ok([1008, 1009].includes(await socket.write(fragments(65_537)).closeCode()));
  });
});
