// Socket.IO 5: connect, disconnect, events, acks and binary, packet by packet, on the suite port.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Polling, Socket, expectAlive, pause } from "./lib/engine.mjs";

const CONNECT_TIMEOUT = 1000;
const SLACK = 250;

let testbed;
const open = new Set();
before(async () => (testbed = await Testbed.start()));
afterEach(() => {
  for (const socket of open) socket.close();
  open.clear();
});
after(() => testbed.stop());

const endpoint = () => `${testbed.url}/socket.io/`;

/** An Engine.IO session on which no namespace has been joined. */
async function unjoined() {
  const socket = await Socket.open(endpoint());
  open.add(socket);
  return socket;
}

/** The same with `/` joined. */
async function joined() {
  const socket = await unjoined();
  socket.send("40");
  assert.match(await socket.next(), /^40\{"sid":"[^"]+"\}$/);
  assert.equal(await socket.next(), '42["auth",{}]');
  return socket;
}

describe("connect", () => {
  for (const [what, packet, prefix, auth] of [
    ["the default namespace", "40", "40", "{}"],
    ["the default namespace with auth", '40{"token":"123"}', "40", '{"token":"123"}'],
    ["a namespace", "40/custom,", "40/custom,", "{}"],
    ["a namespace without the comma", "40/custom", "40/custom,", "{}"],
    ["a namespace with auth", '40/custom,{"token":"abc","deep":[{"ü":null}]}', "40/custom,",
      '{"token":"abc","deep":[{"ü":null}]}'],
    ["the default namespace by name", "40/,", "40", "{}"],
  ]) {
    test(`${what} is joined; the answer holds the sid alone`, async () => {
      const socket = await unjoined();
      socket.send(packet);
      const [answer, event] = await socket.several(2);
      assert.ok(answer.startsWith(`${prefix}{`), answer);
      const { sid, ...rest } = JSON.parse(answer.slice(prefix.length));
      assert.equal(typeof sid, "string");
      assert.deepEqual(rest, {});
      assert.notEqual(sid, socket.handshake.sid);
      assert.equal(event, `${prefix.replace("40", "42")}["auth",${auth}]`);
    });
  }

  for (const [what, packet, answer] of [
    ["an unknown namespace", "40/random", '44/random,{"message":"Invalid namespace"}'],
    ["an unknown namespace with auth", '40/random,{"a":1}', '44/random,{"message":"Invalid namespace"}'],
    ["a namespace named like a property of every object", "40/__proto__,", '44/__proto__,{"message":"Invalid namespace"}'],
  ]) {
    test(`${what} is refused and the connection stays open`, async () => {
      const socket = await unjoined();
      socket.send(packet);
      assert.equal(await socket.next(), answer);
      socket.send("40");
      assert.match(await socket.next(), /^40\{/);
    });
  }

  test("namespaces have ids of their own", async () => {
    const socket = await unjoined();
    socket.send("40", "40/custom,");
    const packets = await socket.several(4);
    const ids = packets.filter((packet) => packet.startsWith("40")).map((packet) => JSON.parse(packet.replace(/^40(\/custom,)?/, "")).sid);
    assert.equal(ids.length, 2);
    assert.notEqual(ids[0], ids[1]);
  });

  test("connect and its answers pass over polling too", async () => {
    const session = await Polling.open(endpoint());
    await session.post('40{"token":"123"}');
    const [connect, auth] = await session.packets(2);
    assert.match(connect, /^40\{"sid":"[^"]+"\}$/);
    assert.equal(auth, '42["auth",{"token":"123"}]');
    await session.post('42["message",1]');
    assert.deepEqual(await session.packets(1), ['42["message-back",1]']);
  });

  test("a connection on which nothing is joined is closed after the connect timeout", async () => {
    const socket = await unjoined();
    const start = Date.now();
    const { at } = await socket.closed();
    assert.ok(at - start > CONNECT_TIMEOUT - 50 && at - start < CONNECT_TIMEOUT + SLACK, `${at - start} ms`);
  });

  test("a refused namespace does not stop the connect timeout", async () => {
    const socket = await unjoined();
    socket.send("40/random");
    assert.match(await socket.next(), /^44/);
    await socket.closed();
  });

  test("a joined connection outlives the connect timeout", async () => {
    const socket = await joined();
    await pause(CONNECT_TIMEOUT + SLACK);
    socket.send('42["message","here"]');
    assert.equal(await socket.next(), '42["message-back","here"]');
  });

  for (const [what, ...messages] of [
    ["something else than a packet", "4abc"],
    ["an unknown packet type", "47"],
    ["an empty packet", "4"],
    ["an event before any connect", '42["message",1]'],
    ["auth that is no JSON", "40{oops"],
    ["auth that is no object", '40"text"'],
    ["binary before any connect", Buffer.from([1, 2, 3])],
    ["a client's connect error", '44{"message":"no"}'],
  ]) {
    test(`${what} closes the connection`, async () => {
      const socket = await unjoined();
      socket.send(...messages);
      const { at } = await socket.closed();
      assert.ok(at, "closed");
      await expectAlive(testbed);
    });
  }
});

describe("disconnect", () => {
  test("of the only namespace keeps the connection's heartbeat going", async () => {
    const socket = await Socket.open(endpoint(), { answerPings: false });
    open.add(socket);
    socket.send("40");
    await socket.several(2);
    socket.send("41");
    assert.equal(await socket.next(), "2");
  });

  test("of one namespace leaves the other", async () => {
    const socket = await joined();
    socket.send("40/custom");
    await socket.several(2);
    socket.send("41/custom", '42["message","to the default namespace"]');
    assert.equal(await socket.next(), '42["message-back","to the default namespace"]');
    socket.send("40/custom,");
    assert.match(await socket.next(), /^40\/custom,\{"sid":/);
  });
});

describe("events and acknowledgements", () => {
  const exchanges = [
    ["plain values", '42["message",1,"2",{"3":[true]}]', '42["message-back",1,"2",{"3":[true]}]'],
    ["no arguments", '42["message"]', '42["message-back"]'],
    ["white space in the JSON", '42 [ "message" , [ 1 ] ]'.replace("42 ", "42"), '42["message-back",[1]]'],
    ["text beyond ASCII", '42["message","ü€😀"]', '42["message-back","ü€😀"]'],
    ["an ack id", '42456["message-with-ack",1,"2",{"3":[false]}]', '43456[1,"2",{"3":[false]}]'],
    ["ack id 0", '420["message-with-ack"]', "430[]"],
    ["a large ack id", '429007199254740991["message-with-ack",1]', "439007199254740991[1]"],
  ];
  for (const [what, packet, answer] of exchanges) {
    test(`${what} come back as they went`, async () => {
      const socket = await joined();
      socket.send(packet);
      const received = await socket.next();
      if (received === answer) return;
      // The same JSON in other words (escapes, blanks) is as good.
      const split = (text) => [/^\d*/.exec(text)[0], JSON.parse(text.replace(/^\d*/, ""))];
      assert.deepEqual(split(received), split(answer));
    });
  }

  test("packets of one payload are handled in order", async () => {
    const session = await Polling.open(endpoint());
    await session.post("40");
    await session.packets(2);
    await session.post(Array.from({ length: 10 }, (_, i) => `42${i}["message-with-ack",${i}]`).join("\x1e"));
    assert.deepEqual(await session.packets(10), Array.from({ length: 10 }, (_, i) => `43${i}[${i}]`));
  });

  const closing = [
    ["an unknown packet type", "4abc"],
    ["an event whose payload is an object", "42{}"],
    ["an event without a name", "42[]"],
    ["an event whose name is an object", '42[{"toString":"foo"}]'],
    ["an ack id that is no number", '42abc["message-with-ack",1]'],
    ["JSON that ends too early", '42["message",{"a":1'],
    ["something behind the JSON", '42["message"]x'],
    ["an ack whose payload is an object", "430{}"],
    ["a disconnect with a payload", '41{"a":1}'],
    ["binary that was not announced", Buffer.from([1])],
    ["a count of attachments that is no number", '45x-["message"]'],
    ["a binary event without a count", '45["message"]'],
  ];
  for (const [what, ...messages] of closing) {
    test(`${what} closes the connection`, async () => {
      const socket = await joined();
      socket.send(...messages);
      await socket.closed();
      await expectAlive(testbed);
    });
  }
});

describe("binary", () => {
  test("attachments of an event come back behind it, in order", async () => {
    const socket = await joined();
    socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', Buffer.from([1, 2, 3]),
      Buffer.from([4, 5, 6]));
    assert.deepEqual(await socket.several(3), [
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', Buffer.from([1, 2, 3]),
      Buffer.from([4, 5, 6]),
    ]);
  });

  test("attachments of an acknowledgement come back behind it, in order", async () => {
    const socket = await joined();
    socket.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"a":[{"_placeholder":true,"num":1}]}]',
      Buffer.from([1, 2, 3]), Buffer.alloc(0));
    assert.deepEqual(await socket.several(3), [
      '462-789[{"_placeholder":true,"num":0},{"a":[{"_placeholder":true,"num":1}]}]', Buffer.from([1, 2, 3]), Buffer.alloc(0),
    ]);
  });

  test("attachments that are named in another order keep their places", async () => {
    const socket = await joined();
    socket.send('452-7["message-with-ack",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', Buffer.from([1]),
      Buffer.from([2]));
    const [text, ...attachments] = await socket.several(3);
    assert.match(text, /^462-7\[/);
    const places = JSON.parse(text.slice("462-7".length)).map(({ num }) => attachments[num]);
    assert.deepEqual(places, [Buffer.from([2]), Buffer.from([1])]);
  });

  test("over polling attachments travel in base64", async () => {
    const session = await Polling.open(endpoint());
    await session.post("40");
    await session.packets(2);
    await session.post('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]\x1ebAQID\x1ebBAUG');
    assert.deepEqual(await session.packets(3), [
      '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]', "bAQID", "bBAUG",
    ]);
  });

  test("attachments may come in a POST of their own", async () => {
    const session = await Polling.open(endpoint());
    await session.post("40");
    await session.packets(2);
    await session.post('451-["message",{"_placeholder":true,"num":0}]');
    await session.post("bAQID");
    assert.deepEqual(await session.packets(2), ['451-["message-back",{"_placeholder":true,"num":0}]', "bAQID"]);
  });

  test("binary in a namespace stays there", async () => {
    const socket = await joined();
    socket.send("40/custom,");
    await socket.several(2);
    socket.send('451-/custom,["anything",{"_placeholder":true,"num":0}]', Buffer.from([9]), '42["message",1]');
    assert.equal(await socket.next(), '42["message-back",1]');
  });

  for (const [what, ...messages] of [
    ["a placeholder beyond the count", '451-["message",{"_placeholder":true,"num":5}]', Buffer.from([1])],
    ["a negative placeholder", '451-["message",{"_placeholder":true,"num":-1}]', Buffer.from([1])],
    ["a placeholder that is no number", '451-["message",{"_placeholder":true,"num":"splice"}]', Buffer.from([1])],
    ["text where an attachment is due", '451-["message",{"_placeholder":true,"num":0}]', '42["message",1]'],
    ["more attachments than the limit", `4511-["message",${Array.from({ length: 11 }, (_, num) => JSON.stringify({ _placeholder: true, num }))}]`,
      ...Array.from({ length: 11 }, () => Buffer.from([1]))],
    ["a huge count of attachments", '4599999999999-["message",{"_placeholder":true,"num":0}]', Buffer.from([1])],
  ]) {
    test(`${what} closes the connection`, async () => {
      const socket = await joined();
      socket.send(...messages);
      await socket.closed();
      await expectAlive(testbed);
    });
  }
});
