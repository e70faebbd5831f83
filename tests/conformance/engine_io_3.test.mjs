// Engine.IO 3: framings, JSONP, heartbeat, upgrade and end, on the suite port.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Socket, expectAlive, fetchText, pause } from "./lib/engine.mjs";
import { Polling3, decodeBinary, decodeText, encodeBinary, encodeText, runScript } from "./lib/engine3.mjs";

const PING_INTERVAL = 300;
const PING_TIMEOUT = 200;
// What a loaded machine may add to a time, and what it may take away because the beginning was noticed late.
const SLACK = 150;
const EARLY = 60;

let testbed;
const open = new Set();
before(async () => (testbed = await Testbed.start()));
after(async () => {
  for (const socket of open) socket.close();
  await testbed.stop();
});
const endpoint = () => `${testbed.url}/engine.io/`;
const polling = (options) => Polling3.open(endpoint(), options);
const websocket = async (query = "") => {
  const socket = await Socket.open(endpoint(), { version: 3, answerPings: false, query });
  open.add(socket);
  return socket;
};

describe("handshake", () => {
  test("over polling is text framing with the same keys as Engine.IO 4", async () => {
    const { status, headers, bytes } = await new Polling3(endpoint()).get();
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/plain; ?charset=utf-8$/i);
    const [, length, json] = /^(\d+):0(.*)$/.exec(bytes.toString());
    assert.equal(Number(length), json.length + 1);
    const { sid, ...rest } = JSON.parse(json);
    assert.match(sid, /^[\w-]{20,}$/);
    assert.deepEqual(rest, {
      upgrades: ["websocket"], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1_000_000,
    });
  });

  test("with EIO=2, as builds of 1.0 for browsers say, is the same", async () => {
    const { status, body } = await fetchText(`${endpoint()}?EIO=2&transport=polling&b64=1`);
    assert.equal(status, 200);
    const [, length, json] = /^(\d+):0(.*)$/.exec(body);
    assert.equal(Number(length), json.length + 1);
    assert.equal(JSON.parse(json).pingInterval, PING_INTERVAL);
  });

  test("over websocket has nothing to upgrade to", async () => {
    const { sid, ...rest } = (await websocket()).handshake;
    assert.match(sid, /^[\w-]{20,}$/);
    assert.deepEqual(rest, { upgrades: [], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1_000_000 });
  });

  for (const [what, method, query, code] of [
    ["an unknown transport", "GET", "EIO=3&transport=abc", 0],
    ["no transport", "GET", "EIO=3", 0],
    ["an unknown sid", "GET", "EIO=3&transport=polling&sid=abc", 1],
    ["a POST without sid", "POST", "EIO=3&transport=polling", 2],
    ["a PUT", "PUT", "EIO=3&transport=polling", 2],
    ["EIO=1", "GET", "EIO=1&transport=polling", 5],
    ["EIO=03", "GET", "EIO=03&transport=polling", 5],
    ["a JSONP index that is no number", "GET", "EIO=3&transport=polling&j=0%5D;alert(1);x%5B0", 3],
    ["an empty JSONP index", "GET", "EIO=3&transport=polling&j=", 3],
    ["a JSONP index with a sign", "GET", "EIO=3&transport=polling&j=-1", 3],
  ]) {
    test(`${what} is answered 400 with code ${code}`, async () => {
      const { status, body } = await fetchText(`${endpoint()}?${query}`, { method });
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, code);
    });
  }
});

describe("messages over polling", () => {
  const texts = ["4hello", "4€", "4💩💩", "4é", "4", "4a:b\u001ec", "4line\nfeed \\n"];

  test("come back in text framing, lengths in UTF-16 units", async () => {
    const session = await polling();
    assert.equal((await session.post(...texts)).bytes.toString(), "ok");
    assert.deepEqual(await session.packets(texts.length), texts);
  });

  test("may be posted in binary framing and still come back as text", async () => {
    const session = await polling();
    const { status } = await session.send(encodeBinary(texts), "application/octet-stream");
    assert.equal(status, 200);
    assert.deepEqual(await session.packets(texts.length), texts);
  });

  test("come back in binary framing when one is binary", async () => {
    const session = await polling();
    await session.post("4hello", Buffer.from([4, 1, 2, 3, 4]));
    const { headers, bytes } = await session.get();
    assert.equal(headers["content-type"], "application/octet-stream");
    assert.deepEqual([...bytes], [0, 6, 255, 52, 104, 101, 108, 108, 111, 1, 5, 255, 4, 1, 2, 3, 4]);
  });

  for (const [what, handshake, later] of [["every request", "&b64=1", "&b64=1"], ["the handshake", "&b64=1", ""]]) {
    test(`come back in base64 when ${what} says b64=1`, async () => {
      const session = await polling({ query: handshake });
      session.query = later;
      await session.send("6:4hello10:b4AQIDBA==");
      assert.equal((await session.get()).bytes.toString(), "6:4hello10:b4AQIDBA==");
    });
  }

  test("of a 1.0 build for browsers come back in binary framing, always", async () => {
    const session = new Polling3(endpoint(), { query: "&t=1416300000000-0" });
    const { headers, bytes } = await session.get();
    assert.equal(headers["content-type"], "application/octet-stream");
    session.sid = JSON.parse(decodeBinary(bytes)[0].slice(1)).sid;
    await session.post("4€");
    assert.deepEqual([...(await session.get()).bytes], [0, 4, 255, 0x34, 0xe2, 0x82, 0xac]);
  });

  test("of 900 000 bytes come back whole, binary and text", async () => {
    const session = await polling();
    const data = Buffer.alloc(900_000, 7);
    data[0] = 4;
    await session.post(data);
    assert.ok((await session.packets(1))[0].equals(data));
    const text = `4${"é".repeat(400_000)}`;
    await session.post(text);
    assert.equal((await session.packets(1))[0], text);
  });
});

describe("malformed", () => {
  const octets = "application/octet-stream";
  for (const [what, body, type = "text/plain", more = ""] of [
    ["an empty body", ""],
    ["a body without framing", "abc"],
    ["Engine.IO 4's framing", "4hello"],
    ["a length that is too large", "7:4hello"],
    ["a length that is too small", "5:4hello"],
    ["a length in bytes", "4:4€"],
    ["half a character", "2:4💩"],
    ["a length of zero", "0:"],
    ["a negative length", "-1:4"],
    ["a huge length", "99999999999999999999999:4"],
    ["an unknown packet type", "1:7"],
    ["bad base64", "5:b4AQ="],
    ["text that is not UTF-8", Buffer.from([0x32, 0x3a, 0x34, 0xff])],
    ["an empty binary body", "", octets],
    ["text in place of binary framing", "6:4hello", octets],
    ["a binary length that does not end", Buffer.alloc(100_000, 1), octets],
    ["a binary length that is too large", Buffer.from([0, 9, 255, 0x34]), octets],
    ["a binary packet without a type", Buffer.from([1, 1, 255, 0x34]), octets],
    ["a form without d", "x=6%3A4hello", "application/x-www-form-urlencoded", "&j=0"],
  ]) {
    test(`${what} is answered 400 and ends the session`, async () => {
      const session = await polling();
      assert.equal((await session.send(body, type, more)).status, 400);
      assert.equal((await session.get()).status, 400);
    });
  }

  test("a packet that only a server sends ends the session", async () => {
    const session = await polling();
    await session.send("1:0");
    assert.equal((await session.get()).status, 400);
  });

  test("a payload may have any number of packets", async () => {
    const session = await polling();
    assert.equal((await session.send("1:4".repeat(20_000))).status, 200);
    assert.equal((await session.packets(20_000)).length, 20_000);
  });

  test("bodies over the limit are answered 413", async () => {
    const session = await polling();
    assert.equal((await session.send(Buffer.alloc(1_000_001), "application/octet-stream")).status, 413);
    await expectAlive(testbed);
  });

  for (const message of ["abc", "", "9", "b5AQID", Buffer.from([]), Buffer.from("4hello"), Buffer.from([7, 1])]) {
    test(`a WebSocket message ${JSON.stringify(message)} closes the session`, async () => {
      const socket = await websocket();
      socket.send(message);
      await socket.closed();
    });
  }
});

describe("JSONP", () => {
  test("scripts carry the payloads, with the headers that they need", async () => {
    const session = new Polling3(endpoint(), { jsonp: true });
    const { status, headers, bytes } = await session.get("&j=7");
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/javascript; ?charset=utf-8$/i);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(bytes.toString(), /^___eio\[7\]\("[^]*"\);$/);
    assert.match(runScript(bytes.toString(), 7), /^\d+:0\{"sid":/);
  });

  test("text of every kind survives forms and scripts", async () => {
    const session = await polling({ jsonp: true });
    const texts = ["4hello & = + %41", "4€ é 💩", "4a\nb\r\nc", "4\\n \\\\n \\", "4</script><!-- \" ' \u2028 \u2029 \u0000"];
    for (const text of texts) {
      assert.equal((await session.post(text)).bytes.toString(), "ok");
      const packets = await session.packets(1);
      // A carriage return in a textarea is the browser's affair; here it went through as it was.
      assert.deepEqual(packets, [text]);
    }
  });

  test("binary travels as base64 both ways", async () => {
    const session = await polling({ jsonp: true });
    await session.post("b4AQIDBA==", "4and text");
    assert.deepEqual(await session.packets(2), ["b4AQIDBA==", "4and text"]);
  });

  test("nothing that a client says gets out of the string that it is sent back in", async () => {
    const session = await polling({ jsonp: true });
    const hostile = "4\");throw 1;(\"\\</script>\u2028<!--";
    await session.post(hostile);
    const script = (await session.get("&j=0")).bytes.toString();
    for (const evil of ["<", "\u2028"]) assert.ok(!script.includes(evil), script);
    assert.deepEqual(decodeText(runScript(script, 0)), [hostile]);
  });

  test("a second poll ends the session, the first with a close packet in a script", async () => {
    const session = await polling({ jsonp: true });
    const first = session.get("&j=1");
    await pause(50);
    assert.equal((await session.get("&j=2")).status, 400);
    assert.equal(runScript((await first).bytes.toString(), 1), "1:1");
  });

  test("another site's page gets no script, unless CORS names it", async () => {
    const strict = await Testbed.start({ conformance: false });
    const ask = (headers, base = strict.url) =>
      fetchText(`${base}/socket.io/?EIO=3&transport=polling&j=0`, { headers }).then(({ status }) => status);
    const evil = { "Sec-Fetch-Site": "cross-site", Referer: "http://evil.example/" };
    try {
      assert.equal(await ask(evil), 403);
      assert.equal(await ask({ ...evil, "Sec-Fetch-Site": "same-site" }), 403);
      assert.equal(await ask({ "Sec-Fetch-Site": "same-origin" }), 200);
      assert.equal(await ask({}), 200);
      assert.equal(await ask(evil, testbed.url), 200);  // any origin may
    } finally {
      await strict.stop();
    }
  });
});

describe("messages over websocket", () => {
  test("text comes back as text, binary with its type in front", async () => {
    const socket = await websocket();
    socket.send("4hello", Buffer.from([4, 1, 2, 3]), "b4AQID", "4é€💩");
    assert.deepEqual(await socket.several(4), ["4hello", Buffer.from([4, 1, 2, 3]), Buffer.from([4, 1, 2, 3]), "4é€💩"]);
  });

  test("a client that said b64=1 gets base64", async () => {
    const socket = await websocket("&b64=1");
    assert.equal(await socket.send("b4AQID").next(), "b4AQID");
  });
});

describe("heartbeat", () => {
  test("pings are answered, with what they carry", async () => {
    const socket = await websocket();
    socket.send("2", "2data");
    assert.deepEqual(await socket.several(2), ["3", "3data"]);
    const session = await polling();
    await session.post("2");
    assert.deepEqual(await session.packets(1), ["3"]);
  });

  test("a silent client is gone after interval and timeout, on either transport", async () => {
    const started = Date.now();
    const socket = await websocket();
    const session = await polling();
    const polled = session.get();
    const { at } = await socket.closed();
    const limit = PING_INTERVAL + PING_TIMEOUT;
    assert.ok(at - started >= limit - EARLY && at - started <= limit + SLACK, `closed after ${at - started} ms`);
    await polled;
    assert.equal((await session.get()).status, 400);
    assert.equal(socket.pending, 0);  // and was not pinged
  });

  for (const [what, packet] of [["pings", "2"], ["says anything", "4here"]]) {
    test(`a client that ${what} stays`, async () => {
      const socket = await websocket();
      for (let i = 0; i < 6; ++i) {
        await pause(PING_INTERVAL * 0.6);
        socket.send(packet);
      }
      assert.equal(socket.isClosed, false);
      assert.equal((await socket.several(6)).length, 6);
    });
  }
});

describe("upgrade and end", () => {
  test("probe, noop, switch, and polls are refused from then on", async () => {
    const session = await polling();
    const poll = session.poll();
    const socket = new Socket(endpoint(), { version: 3, answerPings: false, query: `&sid=${session.sid}` });
    open.add(socket);
    await socket.opened;
    assert.equal(await socket.send("2probe").next(), "3probe");
    assert.deepEqual(await poll, ["6"]);
    assert.equal(await socket.send("5", "4over").next(), "4over");
    assert.equal((await session.get()).status, 400);
  });

  test("a close packet ends a waiting poll", async () => {
    const session = await polling();
    const poll = session.poll();
    await pause(30);
    await session.post("1");
    assert.deepEqual(await poll, ["6"]);
    assert.equal((await session.get()).status, 400);
  });
});

test("a thousand small posts in both framings leave the server as it was", async () => {
  const session = await polling();
  for (let i = 0; i < 1000; i += 20) {
    const batch = Array.from({ length: 20 }, (_, n) => `4${i + n}`);
    const body = i % 40 ? encodeText(batch) : encodeBinary(batch);
    await session.send(body, i % 40 ? undefined : "application/octet-stream");
    assert.deepEqual(await session.packets(20), batch);
  }
});
