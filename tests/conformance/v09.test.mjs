// Socket.IO 0.9 as raw HTTP: the transports that need a browser of their time, refusals, and the Flash policy.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Raw, exchange, request } from "./lib/raw.mjs";

let testbed;
let port;
before(async () => {
  testbed = await Testbed.start();
  port = testbed.matrixPort;
});
after(() => testbed.stop());

const get = (path, headers) => exchange(port, request("GET", `/socket.io/1${path}`, headers));
const post = (path, body) =>
  exchange(port, request("POST", `/socket.io/1${path}`, { "Content-Length": Buffer.byteLength(body) },
                         Buffer.from(body).toString("latin1")));
const text = (answer) => answer.body.toString();

async function handshake() {
  const answer = await get("/?t=1");
  assert.equal(answer.status, 200);
  return text(answer).split(":")[0];
}

/** The body of an answer that does not end, as it comes: taken out of its chunks. */
class Stream {
  static async open(path) {
    const stream = new Stream();
    stream.raw = await Raw.connect(port);
    stream.raw.write(request("GET", `/socket.io/1${path}`));
    const head = await stream.raw.take((data) => {
      const end = data.indexOf("\r\n\r\n");
      return end < 0 ? undefined : data.subarray(0, end + 4).toString("latin1");
    });
    stream.raw.consume(head.length);
    stream.head = head;
    return stream;
  }

  /** The next chunk as text; null at the orderly end. */
  async chunk() {
    const size = await this.raw.take((data) => {
      const end = data.indexOf("\r\n");
      return end < 0 ? undefined : data.subarray(0, end).toString("latin1");
    });
    this.raw.consume(size.length + 2);
    const length = parseInt(size, 16);
    const bytes = await this.raw.take((data) => (data.length < length + 2 ? undefined : Buffer.from(data.subarray(0, length))));
    this.raw.consume(length + 2);
    return length === 0 ? null : bytes.toString();
  }
}

describe("Socket.IO 0.9 as raw HTTP", { timeout: 60_000 }, () => {
  test("the handshake tells the time limits and all six transports", async () => {
    assert.match(text(await get("/")),
                 /^[\w-]{20}:5:5:websocket,flashsocket,htmlfile,xhr-multipart,xhr-polling,jsonp-polling$/);
    assert.match(text(await get("/?jsonp=7")), /^io\.j\[7\]\("[\w-]{20}:5:5:websocket,.*"\);$/);
  });

  test("a poll is answered within two seconds although there is nothing to say", async () => {
    const sid = await handshake();
    assert.equal(text(await get(`/xhr-polling/${sid}`)), "1::");
    const start = Date.now();
    assert.equal(text(await get(`/xhr-polling/${sid}`)), "8::");
    assert.ok(Date.now() - start < 2000);
  });

  test("xhr-multipart: every packet is a part, and the boundary behind it comes with it", async () => {
    const sid = await handshake();
    const stream = await Stream.open(`/xhr-multipart/${sid}`);
    assert.match(stream.head, /^HTTP\/1\.1 200 /);
    const [, boundary] = /content-type: multipart\/x-mixed-replace; boundary="([^"]+)"/i.exec(stream.head);
    assert.equal(await stream.chunk(), `--${boundary}\r\n`);
    const part = (packet) => `Content-Type: text/plain; charset=utf-8\r\n\r\n${packet}\r\n--${boundary}\r\n`;
    assert.equal(await stream.chunk(), part("1::"));
    assert.equal(text(await post(`/xhr-multipart/${sid}`, "1::/matrix")), "1");
    assert.equal(await stream.chunk(), part("1::/matrix"));
    assert.equal(text(await post(`/xhr-multipart/${sid}`, '5:1+:/matrix:{"name":"echo","args":["é👋"]}')), "1");
    assert.equal(await stream.chunk(), part('6::/matrix:1+["é👋"]'));
    assert.equal(await stream.chunk(), part("2::"));
    await post(`/xhr-multipart/${sid}`, "2::");
    assert.equal(text(await post(`/xhr-multipart/${sid}`, "0::")), "1");
    assert.equal(await stream.chunk(), part("0::"));
    assert.equal(await stream.chunk(), null);
    await stream.raw.closed();
  });

  test("htmlfile: a padded page, then a script for each packet, in which nothing ends the script", async () => {
    const sid = await handshake();
    const stream = await Stream.open(`/htmlfile/${sid}`);
    assert.match(stream.head, /content-type: text\/html; charset=utf-8/i);
    assert.equal((await stream.chunk()).length, 1024);
    assert.equal(await stream.chunk(), '<script>_("1::");</script>');
    await post(`/htmlfile/${sid}`, '5:1+::{"name":"echo","args":["</script>\u2028"]}');
    assert.equal(await stream.chunk(), String.raw`<script>_("6:::1+[\"\u003c/script>\\u2028\"]");</script>`);
    stream.raw.destroy();
  });

  test("several packets are framed, with lengths in UTF-16 units", async () => {
    const sid = await handshake();
    await get(`/xhr-polling/${sid}`);
    // Id 0 is an id: gevent-socketio never answered it.
    const packets = ['5:0+::{"name":"echo","args":["👋"]}', '5:2::{"name":"where"}', "3:3::text"];
    const frame = (packet) => `\ufffd${packet.length}\ufffd${packet}`;
    assert.equal(text(await post(`/xhr-polling/${sid}`, packets.map(frame).join(""))), "1");
    const answers = ['6:::0+["👋"]', "6:::2", "6:::3"];
    assert.equal(text(await get(`/xhr-polling/${sid}`)), answers.map(frame).join(""));
  });

  test("a client that vanishes is gone after the close timeout, and so is one that never came", async () => {
    const [polled, silent] = [await handshake(), await handshake()];
    await get(`/xhr-polling/${polled}`);
    await new Promise((resolve) => setTimeout(resolve, 5500));
    for (const sid of [polled, silent]) assert.equal(text(await get(`/xhr-polling/${sid}`)), "7:::1+0");
  });

  test("what is wrong is refused, and the server goes on", async () => {
    const sid = await handshake();
    assert.equal((await get(`/carrier-pigeon/${sid}`)).status, 400);
    assert.equal((await get(`/websocket/${sid}`)).status, 426);
    assert.equal((await get("/xhr-polling")).status, 404);
    assert.equal((await get(`/jsonp-polling/${sid}?i=alert(1)`)).status, 400);
    assert.equal((await exchange(port, request("PUT", "/socket.io/1/"))).status, 405);
    await get(`/xhr-polling/${sid}`);
    // The reference server passes over what is malformed.
    for (const nonsense of ["\ufffd-4\ufffd2::", "9::", "5:::{", "5:::nope", ""]) {
      assert.equal(text(await post(`/xhr-polling/${sid}`, nonsense)), "1");
    }
    assert.equal(text(await post(`/xhr-polling/${sid}`, "2::")), "1");
    assert.equal((await post(`/xhr-polling/${await handshake()}`, "x".repeat(1_000_001))).status, 413);
    assert.equal((await get(`//${await handshake()}/?disconnect=1`)).status, 200);
    assert.equal((await get("/")).status, 200);
  });

  test("pages of other origins are let in as configured", async () => {
    const answer = await get("/", { Origin: "http://app.example" });
    assert.equal(answer.headers["access-control-allow-origin"], "http://app.example");
    assert.equal(answer.headers["access-control-allow-credentials"], "true");
  });

  test("Flash gets its policy on the port that it wants to use", async () => {
    const raw = await Raw.connect(port);
    raw.write("<policy-file-request/>\0");
    await raw.closed();
    const policy = raw.received.toString();
    assert.match(policy, /<allow-access-from domain="\*" to-ports="\*"\/>/);
    assert.ok(policy.endsWith("</cross-domain-policy>\n\0"));
  });
});
