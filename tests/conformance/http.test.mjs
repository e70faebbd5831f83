// HTTP/1.1 by raw sockets, against the suite port's echo: what is served, and what must be refused for the sake of proxies.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { expectAlive, pause } from "./lib/engine.mjs";
import { Raw, exchange, request } from "./lib/raw.mjs";

let testbed;
const open = new Set();
before(async () => (testbed = await Testbed.start()));
afterEach(() => {
  for (const raw of open) raw.destroy();
  open.clear();
});
after(() => testbed.stop());

async function connect() {
  const raw = await Raw.connect(testbed.port);
  open.add(raw);
  return raw;
}

const post = (body, headers = {}) => request("POST", "/echo", { "Content-Length": String(body.length), ...headers }, body);

describe("requests and answers", () => {
  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
    test(`${method} with a body is answered 200 with that body`, async () => {
      const answer = await exchange(testbed.port, request(method, "/any/path?q=1", { "Content-Length": "5" }, "hello"));
      assert.equal(answer.status, 200);
      assert.equal(answer.body.toString(), "hello");
      assert.equal(answer.headers["content-length"], "5");
      assert.ok(answer.headers.date, "an answer has a Date");
    });
  }

  test("GET without a body is answered with Content-Length 0", async () => {
    const answer = await exchange(testbed.port, request("GET", "/"));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-length"], "0");
  });

  test("HEAD is answered without a body, and the connection goes on", async () => {
    const raw = await connect();
    raw.write(request("HEAD", "/") + post("next"));
    assert.equal((await raw.answer({ toHead: true })).status, 200);
    assert.equal((await raw.answer()).body.toString(), "next");
  });

  test("a connection serves many requests", async () => {
    const raw = await connect();
    for (let i = 0; i < 20; ++i) {
      raw.write(post(`request ${i}`));
      assert.equal((await raw.answer()).body.toString(), `request ${i}`);
    }
  });

  test("pipelined requests are answered in order", async () => {
    const raw = await connect();
    raw.write(Array.from({ length: 100 }, (_, i) => post(`number ${i}`)).join(""));
    for (let i = 0; i < 100; ++i) assert.equal((await raw.answer()).body.toString(), `number ${i}`);
  });

  test("a request that arrives byte by byte is served", async () => {
    const raw = await connect();
    for (const byte of post("slowly")) {
      raw.write(byte);
      await new Promise(setImmediate);
    }
    assert.equal((await raw.answer()).body.toString(), "slowly");
  });

  test("empty lines before a request are skipped", async () => {
    const answer = await exchange(testbed.port, `\r\n\r\n${post("a")}`);
    // RFC 9112, 2.2: a server should ignore at least one.
    assert.ok(answer.status === 200 || answer.status === 400, `status ${answer.status}`);
  });

  test("Connection: close ends the connection after the answer", async () => {
    const raw = await connect();
    raw.write(post("last", { Connection: "close" }));
    const answer = await raw.answer();
    assert.equal(answer.body.toString(), "last");
    assert.match(answer.headers.connection, /close/i);
    await raw.closed();
  });

  test("an HTTP/1.0 request is answered and the connection ended", async () => {
    const raw = await connect();
    raw.write("GET / HTTP/1.0\r\n\r\n");
    assert.equal((await raw.answer()).status, 200);
    await raw.closed();
  });

  test("a client that ends its half after the request still gets the answer", async () => {
    const raw = await connect();
    raw.write(post("half"));
    raw.end();
    assert.equal((await raw.answer()).body.toString(), "half");
    await raw.closed();
  });

  test("a target in absolute form is served", async () => {
    const answer = await exchange(testbed.port, request("GET", "http://localhost/path"));
    assert.equal(answer.status, 200);
  });
});

describe("bodies", () => {
  test("a chunked body arrives without its framing", async () => {
    const raw = await connect();
    raw.write(request("POST", "/", { "Transfer-Encoding": "chunked" }, "5\r\nhello\r\n1;name=value\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n"));
    raw.write(post("next"));
    assert.equal((await raw.answer()).body.toString(), "hello 0123456789");
    assert.equal((await raw.answer()).body.toString(), "next");
  });

  test("trailers are read over", async () => {
    const raw = await connect();
    raw.write(request("POST", "/", { "Transfer-Encoding": "chunked" }, "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n") + post("next"));
    assert.equal((await raw.answer()).body.toString(), "a");
    assert.equal((await raw.answer()).body.toString(), "next");
  });

  test("Expect: 100-continue is answered before the body comes", async () => {
    const raw = await connect();
    raw.write(request("POST", "/", { "Content-Length": "4", Expect: "100-continue" }));
    assert.equal((await raw.answer()).status, 100);
    raw.write("body");
    const answer = await raw.answer();
    assert.equal(answer.status, 200);
    assert.equal(answer.body.toString(), "body");
  });

  test("any other expectation is answered 417 or ignored", async () => {
    const answer = await exchange(testbed.port, post("a", { Expect: "tea" }));
    assert.ok([200, 417].includes(answer.status), `status ${answer.status}`);
  });

  test("a body of a megabyte comes back", async () => {
    const body = "0123456789".repeat(99_999);
    const answer = await exchange(testbed.port, post(body));
    assert.equal(answer.body.toString(), body);
  });

  test("a body over the limit is answered 413 when only declared, and the connection ends", async () => {
    const raw = await connect();
    raw.write(request("POST", "/", { "Content-Length": "99999999999" }));
    assert.equal((await raw.answer()).status, 413);
    await raw.closed();
  });
});

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

/** Expects a refusal, after which nothing more is answered. */
async function refuses(bytes, statuses = [400]) {
  const raw = await connect();
  raw.write(bytes);
  const answer = await raw.answer();
  if (answer !== null) {
    assert.ok(statuses.includes(answer.status), `status ${answer.status}`);
    await raw.closed();
    assert.equal(raw.received.length, 0, "something followed the refusal");
  }
  await expectAlive(testbed);
}

describe("what could be smuggled past a proxy is refused", () => {
  const body = "0\r\n\r\n";
  const chunked = (...lines) => request("POST", "/", lines, body + smuggled);
  const cases = {
    "Content-Length and Transfer-Encoding": chunked("Content-Length: 5", "Transfer-Encoding: chunked"),
    "Transfer-Encoding and Content-Length": chunked("Transfer-Encoding: chunked", "Content-Length: 5"),
    "xchunked": chunked("Transfer-Encoding: xchunked"),
    "chunked in quotes": chunked('Transfer-Encoding: "chunked"'),
    "chunked twice": chunked("Transfer-Encoding: chunked, chunked"),
    "chunked in two fields": chunked("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    "chunked and then identity": chunked("Transfer-Encoding: chunked, identity"),
    "identity": chunked("Transfer-Encoding: identity"),
    "gzip, chunked": chunked("Transfer-Encoding: gzip, chunked"),
    "an empty Transfer-Encoding": chunked("Transfer-Encoding: "),
    "chunked behind a vertical tab": chunked("Transfer-Encoding: \x0bchunked"),
    "chunked in HTTP/1.0": chunked("Transfer-Encoding: chunked").replace("HTTP/1.1", "HTTP/1.0"),
    "two lengths that differ": request("POST", "/", ["Content-Length: 1", "Content-Length: 2"], `ab${smuggled}`),
    "a list of lengths that differ": request("POST", "/", ["Content-Length: 1, 2"], `ab${smuggled}`),
    "a length with a plus sign": request("POST", "/", ["Content-Length: +1"], `a${smuggled}`),
    "a negative length": request("POST", "/", ["Content-Length: -1"], `a${smuggled}`),
    "a hexadecimal length": request("POST", "/", ["Content-Length: 0x1"], `a${smuggled}`),
    "a length with a fraction": request("POST", "/", ["Content-Length: 1.0"], `a${smuggled}`),
    "an empty length": request("POST", "/", ["Content-Length: "], `a${smuggled}`),
    "a length with a space inside": request("POST", "/", ["Content-Length: 1 1"], `a${smuggled}`),
    "a chunk size that is no number": request("POST", "/", ["Transfer-Encoding: chunked"], `x\r\n${body}${smuggled}`),
    "a chunk size with a prefix": request("POST", "/", ["Transfer-Encoding: chunked"], `0x1\r\na\r\n${body}${smuggled}`),
    "a chunk size with a sign": request("POST", "/", ["Transfer-Encoding: chunked"], `+1\r\na\r\n${body}${smuggled}`),
    "an empty chunk size": request("POST", "/", ["Transfer-Encoding: chunked"], `\r\na\r\n${body}${smuggled}`),
    "a chunk longer than its size": request("POST", "/", ["Transfer-Encoding: chunked"], `1\r\nabc\r\n${body}${smuggled}`),
    "a chunk that ends with LF": request("POST", "/", ["Transfer-Encoding: chunked"], `1\r\na\n${body}${smuggled}`),
    "a space before the colon": request("POST", "/", ["Content-Length : 1"], `a${smuggled}`),
    "a folded field": request("GET", "/", ["X-A: 1", " folded: 2"], smuggled),
    "a name with a space": request("GET", "/", ["X A: 1"], smuggled),
    "an empty name": request("GET", "/", [": 1"], smuggled),
    "a line without a colon": request("GET", "/", ["nonsense"], smuggled),
    "NUL in a value": request("GET", "/", ["X-A: a\0b"], smuggled),
    "CR in a value": request("GET", "/", ["X-A: a\rb"], smuggled),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    test(what, () => refuses(bytes, [400, 501, 505]));
  }

  test("two equal lengths are one, or refused", async () => {
    const answer = await exchange(testbed.port, request("POST", "/", ["Content-Length: 1", "Content-Length: 1"], "a"));
    assert.ok(answer.status === 400 || (answer.status === 200 && answer.body.toString() === "a"), `status ${answer.status}`);
  });

  test("a chunk size beyond 64 bits", () =>
    refuses(request("POST", "/", ["Transfer-Encoding: chunked"], `fffffffffffffffff1\r\na\r\n${body}${smuggled}`), [400, 413]));

  test("64 KB of chunk extensions", () =>
    refuses(request("POST", "/", ["Transfer-Encoding: chunked"], `1;${"x".repeat(65536)}\r\na\r\n${body}${smuggled}`), [400, 413]));
});

describe("what is no request of HTTP/1.1 is refused", () => {
  const line = (text) => `${text}\r\nHost: localhost\r\n\r\n${smuggled}`;
  const cases = {
    "no Host": [`GET / HTTP/1.1\r\n\r\n${smuggled}`, [400]],
    "two Hosts": [request("GET", "/", ["Host: other"], smuggled), [400]],
    "nonsense": [line("nonsense"), [400]],
    "no version": [line("GET /"), [400]],
    "HTTP/2.0": [line("GET / HTTP/2.0"), [400, 505]],
    "HTTP/3.9": [line("GET / HTTP/3.9"), [400, 505]],
    "a target that does not begin with a slash": [line("GET path HTTP/1.1"), [400, 404]],
    "a target with a space": [line("GET /a b HTTP/1.1"), [400, 505]],
    "a target with a control character": [line("GET /a\x01 HTTP/1.1"), [400]],
    "a method with a bad character": [line("G(T / HTTP/1.1"), [400, 405, 501]],
    "a line that ends with CR alone": [line("GET / HTTP/1.1\rX: 1"), [400, 505]],
    "a WebSocket frame": ["\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\r\n\r\n", [400]],
    "a TLS hello": ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
  };
  for (const [what, [bytes, statuses]] of Object.entries(cases)) {
    test(what, () => refuses(bytes, statuses));
  }
});

describe("limits of the head", () => {
  test("a head of many fields is answered 431", () =>
    refuses(request("GET", "/", Array.from({ length: 2000 }, (_, i) => `X-${i}: a`)), [400, 431]));

  test("the same in a WebSocket handshake", () =>
    refuses(request("GET", "/ws-echo", ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", ...Array.from({ length: 2000 }, (_, i) => `X-${i}: a`)]), [400, 431]));

  test("a field of a megabyte is answered 431", () =>
    refuses(request("GET", "/", [`X-A: ${"a".repeat(1_000_000)}`]), [400, 431]));

  test("a target of a megabyte is answered 414 or 431", () =>
    refuses(request("GET", `/${"a".repeat(1_000_000)}`), [400, 414, 431]));

  test("a request line that never ends is cut off", async () => {
    const raw = await connect();
    for (let i = 0; i < 100 && !raw.ended; ++i) {
      raw.write("GET /".padEnd(10_000, "a"));
      await pause(2);
    }
    const answer = await raw.answer();
    if (answer) assert.ok([400, 414, 431].includes(answer.status), `status ${answer.status}`);
    await raw.closed();
  });

  test("a head in small pieces without an end is cut off within 12 seconds, and others are served meanwhile", { timeout: 30_000 }, async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, connect));
    const start = Date.now();
    for (const raw of slow) raw.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
    let busy = 0;
    while (slow.some((raw) => !raw.ended) && Date.now() - start < 12_000) {
      for (const raw of slow) if (!raw.ended) raw.write("X: a\r\n");
      await pause(500);
      const asked = Date.now();
      assert.equal((await exchange(testbed.port, post("quick"))).status, 200);
      busy = Math.max(busy, Date.now() - asked);
    }
    assert.ok(slow.every((raw) => raw.ended), "some are still open");
    assert.ok(busy < 2000, `another client waited ${busy} ms`);
  });
});
