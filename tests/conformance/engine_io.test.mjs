// Engine.IO 4: handshake, errors, messages, heartbeats, close and upgrade, on the suite port.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Polling, Socket, expectAlive, fetchText, pause } from "./lib/engine.mjs";
import { exchange, request } from "./lib/raw.mjs";

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
const endpoint = (path = "/engine.io/") => `${testbed.url}${path}`;
const socketTo = async (...args) => {
  const socket = await Socket.open(...args);
  open.add(socket);
  return socket;
};

for (const path of ["/engine.io/", "/socket.io/"]) {
  describe(`handshake at ${path}`, () => {
    test("over polling names sid, upgrades, times and payload limit, and nothing else", async () => {
      const { status, headers, body } = await fetchText(`${endpoint(path)}?EIO=4&transport=polling`);
      assert.equal(status, 200);
      assert.match(headers["content-type"], /^text\/plain; ?charset=utf-8$/i);
      assert.equal(body[0], "0");
      const { sid, ...rest } = JSON.parse(body.slice(1));
      assert.deepEqual(rest, {
        upgrades: ["websocket"], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1_000_000,
      });
      assert.match(sid, /^[\w-]{20,}$/);
    });

    test("over websocket is the same with nothing to upgrade to", async () => {
      const socket = await socketTo(endpoint(path));
      const { sid, ...rest } = socket.handshake;
      assert.deepEqual(rest, {
        upgrades: [], pingInterval: PING_INTERVAL, pingTimeout: PING_TIMEOUT, maxPayload: 1_000_000,
      });
      assert.match(sid, /^[\w-]{20,}$/);
    });

    test("ids do not repeat or count up", async () => {
      const sessions = await Promise.all(Array.from({ length: 50 }, () => Polling.open(endpoint(path))));
      const prefixes = new Set(sessions.map(({ sid }) => sid.slice(0, 12)));
      assert.equal(prefixes.size, 50);
    });

    test("the path works without its last slash", async () => {
      const { status } = await fetchText(`${endpoint(path).slice(0, -1)}?EIO=4&transport=polling`);
      assert.equal(status, 200);
    });

    const refused = [
      ["no EIO", "GET", "transport=polling", 5, "Unsupported protocol version"],
      ["an empty EIO", "GET", "EIO=&transport=polling", 5, "Unsupported protocol version"],
      ["EIO=abc", "GET", "EIO=abc&transport=polling", 5, "Unsupported protocol version"],
      ["EIO=5", "GET", "EIO=5&transport=polling", 5, "Unsupported protocol version"],
      ["no transport", "GET", "EIO=4", 0, "Transport unknown"],
      ["an unknown transport", "GET", "EIO=4&transport=abc", 0, "Transport unknown"],
      ["a transport named like a property of every object", "GET", "EIO=4&transport=constructor", 0, "Transport unknown"],
      ["an unknown sid", "GET", "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"],
      ["a POST to an unknown sid", "POST", "EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"],
      ["a sid named like a property of every object", "GET", "EIO=4&transport=polling&sid=__proto__", 1, "Session ID unknown"],
      ["a POST without sid", "POST", "EIO=4&transport=polling", 2, "Bad handshake method"],
      ["a PUT", "PUT", "EIO=4&transport=polling", 2, "Bad handshake method"],
      ["a DELETE", "DELETE", "EIO=4&transport=polling", 2, "Bad handshake method"],
    ];
    for (const [what, method, query, code, message] of refused) {
      test(`${what} is answered 400 with code ${code}`, async () => {
        const { status, headers, body } = await fetchText(`${endpoint(path)}?${query}`, { method });
        assert.equal(status, 400);
        assert.match(headers["content-type"], /^application\/json/);
        assert.deepEqual(JSON.parse(body), { code, message });
      });
    }

    for (const [what, query] of [["no EIO", "transport=websocket"], ["EIO=abc", "EIO=abc&transport=websocket"],
                                 ["no transport", "EIO=4"], ["an unknown transport", "EIO=4&transport=abc"],
                                 ["an unknown sid", "EIO=4&transport=websocket&sid=abc"]]) {
      test(`a WebSocket with ${what} does not open`, async () => {
        const socket = new Socket(`${endpoint(path)}?${query}`, { raw: true });
        // A refusal in HTTP, or a close right after the handshake, as the reference server does for a wrong EIO.
        if (await socket.opened) await socket.closed();
        else assert.equal(socket.refusedWith, 400);
      });
    }

    test("a plain GET for the websocket transport is refused", async () => {
      const { status } = await fetchText(`${endpoint(path)}?EIO=4&transport=websocket`);
      assert.ok(status === 400 || status === 426, `status ${status}`);
    });

    test("a PUT to an open session is refused", async () => {
      const session = await Polling.open(endpoint(path));
      const { status } = await fetchText(session.url, { method: "PUT", body: "4a" });
      assert.equal(status, 400);
    });
  });
}

describe("messages over polling", () => {
  const exchanges = [
    ["one text packet", "4hello"],
    ["several text packets", "4test1\x1e4test2\x1e4test3"],
    ["text and binary packets", "4hello\x1ebAQIDBA=="],
    ["an empty message", "4"],
    ["empty binary", "b"],
    ["text beyond ASCII", "4ü€😀\u2028\u0000"],
    ["binary of each length modulo 3", "bAQ==\x1ebAQI=\x1ebAQID"],
  ];
  for (const [what, payload] of exchanges) {
    test(`${what} comes back`, async () => {
      const session = await Polling.open(endpoint());
      const post = await session.post(payload);
      assert.equal(post.status, 200);
      assert.equal(post.body, "ok");
      assert.deepEqual(await session.packets(payload.split("\x1e").length), payload.split("\x1e"));
    });
  }

  test("a poll that waits is answered at once when something is sent", async () => {
    const session = await Polling.open(endpoint());
    const poll = session.poll();
    await pause(50);
    const posted = Date.now();
    await session.post("4now");
    assert.equal((await poll).body, "4now");
    assert.ok(Date.now() - posted < SLACK);
  });

  test("what was queued comes in one answer, in order", async () => {
    const session = await Polling.open(endpoint());
    await session.post("4a\x1e4b");
    await session.post("bAQ==");
    await session.post("4c");
    await pause(20);
    assert.equal((await session.poll()).body, "4a\x1e4b\x1ebAQ==\x1e4c");
  });

  test("a payload of the maximum size is taken, one byte more is answered 413", async () => {
    const session = await Polling.open(endpoint());
    const text = "4" + "x".repeat(999_999);
    assert.equal((await session.post(text)).status, 200);
    assert.deepEqual(await session.packets(1), [text]);
    const next = await Polling.open(endpoint());
    assert.equal((await next.post(text + "x")).status, 413);
  });

  test("a payload over the maximum is answered 413 when only its length has been declared", async () => {
    const session = await Polling.open(endpoint());
    const target = session.url.slice(testbed.url.length);
    const answer = await exchange(testbed.port, request("POST", target, { "Content-Length": "1000001" }));
    assert.equal(answer.status, 413);
  });

  test("a chunked payload over the maximum is answered 413 although no length was declared", async () => {
    const session = await Polling.open(endpoint());
    const target = session.url.slice(testbed.url.length);
    const chunk = `10000\r\n${"x".repeat(65536)}\r\n`;
    const answer = await exchange(testbed.port, request("POST", target, { "Transfer-Encoding": "chunked" }) + chunk.repeat(17));
    assert.equal(answer.status, 413);
  });

  for (const [what, payload] of [["text without a known type", "abc"], ["an unknown type", "9"], ["nothing", ""],
                                 ["an empty packet behind a good one", "4a\x1e"], ["separators alone", "\x1e\x1e"]]) {
    test(`${what} ends the session`, async () => {
      const session = await Polling.open(endpoint());
      const { status } = await session.post(payload);
      assert.equal(status, 400);
      const { status: after, body } = await session.poll();
      assert.equal(after, 400);
      assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
    });
  }

  test("a second poll while one waits ends both and the session", async () => {
    const session = await Polling.open(endpoint());
    const first = session.poll();
    await pause(20);
    const second = await session.poll();
    assert.equal(second.status, 400);
    const { status, body } = await first;
    assert.equal(status, 200);
    assert.equal(body, "1");
    assert.equal((await session.poll()).status, 400);
  });

  test("a poll whose client went away does not count as waiting", async () => {
    const session = await Polling.open(endpoint());
    const target = session.url.slice(testbed.url.length);
    const { Raw } = await import("./lib/raw.mjs");
    const raw = await Raw.connect(testbed.port);
    raw.write(request("GET", target));
    await pause(50);
    raw.destroy();
    await pause(50);
    // The reference server closes the session when a poll is cut; going on with it is as good.
    const { status } = await session.poll();
    assert.ok(status === 200 || status === 400, `status ${status}`);
    await expectAlive(testbed);
  });
});

describe("messages over websocket", () => {
  test("text and binary come back as they are", async () => {
    const socket = await socketTo(endpoint());
    socket.send("4hello", "4", "4ü€😀\u2028\u0000", Uint8Array.from([1, 2, 3, 4]), Buffer.alloc(0));
    assert.deepEqual(await socket.several(5), [
      "4hello", "4", "4ü€😀\u2028\u0000", Buffer.from([1, 2, 3, 4]), Buffer.alloc(0),
    ]);
  });

  test("a thousand messages in one write come back in order", async () => {
    const socket = await socketTo(endpoint());
    const messages = Array.from({ length: 1000 }, (_, i) => `4${i}`);
    socket.send(...messages);
    assert.deepEqual(await socket.several(1000), messages);
  });

  for (const [what, message] of [["text without a known type", "abc"], ["an unknown type", "9"], ["an empty message", ""]]) {
    test(`${what} closes the WebSocket`, async () => {
      const socket = await socketTo(endpoint());
      socket.send(message);
      await socket.closed();
    });
  }

  test("a message over the maximum closes the WebSocket with 1009", async () => {
    const socket = await socketTo(endpoint(), { maxPayload: 0 });
    const text = "4" + "x".repeat(999_999);
    socket.send(text);
    assert.ok((await socket.next()) === text);
    socket.send(text + "x");
    assert.equal((await socket.closed()).code, 1009);
  });
});

describe("heartbeat", () => {
  test("pings come over polling, each an interval after the last pong", async () => {
    const session = await Polling.open(endpoint());
    for (let i = 0; i < 3; ++i) {
      const start = Date.now();
      const { status, body } = await session.poll();
      assert.equal(status, 200);
      assert.equal(body, "2");
      const waited = Date.now() - start;
      assert.ok(waited > PING_INTERVAL - EARLY && waited < PING_INTERVAL + SLACK, `${waited} ms`);
      assert.equal((await session.post("3")).body, "ok");
    }
  });

  test("pings come over websocket, each an interval after the last", async () => {
    const socket = await socketTo(endpoint(), { answerPings: false });
    let last = Date.now();
    for (let i = 0; i < 3; ++i) {
      const { message, at } = await socket.nextAt();
      assert.equal(message, "2");
      assert.ok(at - last > PING_INTERVAL - EARLY && at - last < PING_INTERVAL + SLACK, `${at - last} ms`);
      last = at;
      socket.send("3");
    }
  });

  test("a silent polling session is gone when interval and timeout have passed, and not before", async () => {
    const [silent, checked] = await Promise.all([Polling.open(endpoint()), Polling.open(endpoint())]);
    await pause(PING_INTERVAL + PING_TIMEOUT - 100);
    assert.equal((await checked.poll()).body, "2");
    await pause(100);
    assert.equal((await silent.poll()).status, 400);
  });

  test("a silent WebSocket is closed when interval and timeout have passed", async () => {
    const socket = await socketTo(endpoint(), { answerPings: false });
    const start = Date.now();
    const { at } = await socket.closed();
    const waited = at - start;
    assert.ok(waited > PING_INTERVAL + PING_TIMEOUT - EARLY && waited < PING_INTERVAL + PING_TIMEOUT + SLACK, `${waited} ms`);
  });

  test("a session that answers in time lives on", async () => {
    const socket = await socketTo(endpoint());
    await pause(3 * (PING_INTERVAL + PING_TIMEOUT));
    assert.equal(await socket.send("4here").next(), "4here");
  });

  test("a poll that waits is ended when the session's time is up", async () => {
    const session = await Polling.open(endpoint());
    assert.equal((await session.poll()).body, "2");
    const start = Date.now();
    await session.poll();
    assert.ok(Date.now() - start < PING_TIMEOUT + SLACK);
    assert.equal((await session.poll()).status, 400);
  });
});

describe("close", () => {
  test("a close packet ends a waiting poll with a noop", async () => {
    const session = await Polling.open(endpoint());
    const poll = session.poll();
    await pause(20);
    assert.equal((await session.post("1")).status, 200);
    const { status, body } = await poll;
    assert.equal(status, 200);
    assert.equal(body, "6");
    assert.equal((await session.poll()).status, 400);
  });

  test("a close packet ends the poll that was sent along with it", async () => {
    const session = await Polling.open(endpoint());
    const [poll] = await Promise.all([session.poll(), session.post("1")]);
    assert.equal(poll.status, 200);
    assert.equal(poll.body, "6");
  });

  test("what comes before a close packet in a payload is still heard", async () => {
    const session = await Polling.open(endpoint());
    const poll = session.poll();
    await pause(20);
    await session.post("4last words\x1e1");
    const { status, body } = await poll;
    assert.equal(status, 200);
    assert.match(body, /^(4last words|6)$/);
    assert.equal((await session.poll()).status, 400);
  });

  test("a close packet closes the WebSocket", async () => {
    const socket = await socketTo(endpoint());
    socket.send("1");
    await socket.closed();
  });

  test("a WebSocket that closes ends its session", async () => {
    const socket = await socketTo(endpoint());
    socket.ws.close();
    await socket.closed();
    await pause(20);
    const { status } = await fetchText(`${endpoint()}?EIO=4&transport=polling&sid=${socket.handshake.sid}`);
    assert.equal(status, 400);
  });
});

describe("upgrade", () => {
  const probe = async (session, ...messages) => {
    const socket = new Socket(session.endpoint, { query: `&sid=${session.sid}` });
    open.add(socket);
    await socket.opened;
    return socket.send(...messages);
  };

  test("a probe is answered, the next poll gets a noop, and messages move to the WebSocket", async () => {
    const session = await Polling.open(endpoint());
    const socket = await probe(session, "2probe");
    assert.equal(await socket.next(), "3probe");
    const { status, body } = await session.poll();
    assert.equal(status, 200);
    assert.equal(body, "6");
    socket.send("5", "4hello");
    assert.equal(await socket.next(), "4hello");
  });

  test("a poll that waits gets the noop promptly", async () => {
    const session = await Polling.open(endpoint());
    const poll = session.poll();
    await pause(30);
    const start = Date.now();
    const socket = await probe(session, "2probe");
    assert.equal(await socket.next(), "3probe");
    assert.equal((await poll).body, "6");
    assert.ok(Date.now() - start < 150 + SLACK);
    socket.send("5", "4hello");
    assert.equal(await socket.next(), "4hello");
  });

  test("messages posted while the probe is under way come back once each, in order", async () => {
    const session = await Polling.open(endpoint());
    await session.post("4one");
    const socket = await probe(session, "2probe");
    assert.equal(await socket.next(), "3probe");
    await session.post("4two\x1ebAQI=");
    const polled = (await session.poll()).body.split("\x1e").filter((packet) => packet !== "6" && packet !== "2");
    socket.send("5", "4three");
    const rest = await socket.several(4 - polled.length);
    const all = [...polled, ...rest].map((packet) => (Buffer.isBuffer(packet) ? `b${packet.toString("base64")}` : packet));
    assert.deepEqual(all, ["4one", "4two", "bAQI=", "4three"]);
  });

  test("after the upgrade, polls and posts of the session are answered 400 and it goes on", async () => {
    const session = await Polling.open(endpoint());
    const socket = await probe(session, "2probe", "5");
    assert.equal(await socket.next(), "3probe");
    socket.send("4sync");
    assert.equal(await socket.next(), "4sync");
    assert.equal((await session.poll()).status, 400);
    assert.equal((await session.post("4a")).status, 400);
    socket.send("4hello");
    assert.equal(await socket.next(), "4hello");
  });

  test("a second WebSocket for an upgraded session is closed and the first goes on", async () => {
    const session = await Polling.open(endpoint());
    const socket = await probe(session, "2probe", "5");
    assert.equal(await socket.next(), "3probe");
    socket.send("4sync");
    assert.equal(await socket.next(), "4sync");
    const second = await probe(session, "2probe");
    await second.closed();
    assert.equal(second.pending, 0);
    socket.send("4hello");
    assert.equal(await socket.next(), "4hello");
  });

  test("a WebSocket for a session that began as one is closed and the first goes on", async () => {
    const socket = await socketTo(endpoint());
    const second = new Socket(endpoint(), { query: `&sid=${socket.handshake.sid}` });
    open.add(second);
    await second.closed();
    assert.equal(await socket.send("4hello").next(), "4hello");
  });

  for (const [what, messages] of [["something else than a probe", ["4hello"]], ["a wrong probe", ["2other"]],
                                  ["binary", [Buffer.from([1])]]]) {
    test(`${what} on the new WebSocket closes it and leaves the session as it was`, async () => {
      const session = await Polling.open(endpoint());
      const socket = await probe(session, ...messages);
      await socket.closed();
      await session.post("4still polling");
      assert.deepEqual(await session.packets(1), ["4still polling"]);
    });
  }

  test("a WebSocket that goes away between probe and upgrade leaves the session as it was", async () => {
    const session = await Polling.open(endpoint());
    const socket = await probe(session, "2probe");
    assert.equal(await socket.next(), "3probe");
    socket.close();
    await socket.closed();
    await pause(20);
    await session.post("4still polling");
    // The probe may have left a noop for the next poll.
    const [first] = await session.packets(1);
    assert.equal(first === "6" ? (await session.packets(1))[0] : first, "4still polling");
  });

  test("after an upgrade the heartbeat goes over the WebSocket", async () => {
    const session = await Polling.open(endpoint());
    const socket = new Socket(session.endpoint, { query: `&sid=${session.sid}`, answerPings: false });
    open.add(socket);
    await socket.opened;
    socket.send("2probe", "5");
    assert.equal(await socket.next(), "3probe");
    assert.equal(await socket.next(), "2");
    socket.send("3");
    assert.equal(await socket.next(), "2");
    await socket.closed();
  });
});
