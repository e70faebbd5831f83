// Socket.IO 4, the packets of clients 1.x and 2.x, one by one, on the suite and the matrix port.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Socket, pause } from "./lib/engine.mjs";
import { Polling3 } from "./lib/engine3.mjs";

let testbed;
const open = new Set();
before(async () => (testbed = await Testbed.start()));
afterEach(() => {
  for (const socket of open) socket.close();
  open.clear();
});
after(() => testbed.stop());

const suite = () => `${testbed.url}/socket.io/`;
const matrix = () => `${testbed.matrixUrl}/socket.io/`;

async function websocket(endpoint, query = "", headers = {}) {
  const socket = await Socket.open(endpoint, { version: 3, answerPings: false, query, headers });
  open.add(socket);
  return socket;
}

/** A client of the suite port, greeted. */
async function greeted() {
  const socket = await websocket(suite());
  assert.deepEqual(await socket.several(2), ["40", '42["auth",{}]']);
  return socket;
}

/** A client of the matrix port in `/matrix`. */
async function joined(query = "", headers = {}) {
  const socket = await websocket(matrix(), query, headers);
  assert.deepEqual(await socket.send("40/matrix").several(2), ["40", "40/matrix,"]);
  return socket;
}

describe("connect", () => {
  test("the server connects the default namespace at once, over polling within one poll if need be", async () => {
    const session = await Polling3.open(suite());
    await pause(100);
    assert.deepEqual(await session.packets(2), ["40", '42["auth",{}]']);
    await greeted();
  });

  for (const [packet, answer] of [
    ["40/custom", "40/custom,"],
    ["40/custom,", "40/custom,"],
    ["40/custom?a=b,", "40/custom,"],
  ]) {
    test(`${packet} connects another namespace`, async () => {
      const socket = await greeted();
      socket.send(packet);
      assert.equal(await socket.next(), answer);
      const auth = packet.includes("?") ? '{"a":"b"}' : "{}";
      assert.equal(await socket.next(), `42/custom,["auth",${auth}]`);
    });
  }

  test("what is not served is refused by an ERROR packet, and the connection goes on", async () => {
    const socket = await greeted();
    assert.equal(await socket.send("40/random,").next(), '44/random,"Invalid namespace"');
    assert.equal(await socket.send('421["message-with-ack",1]').next(), "431[1]");
  });

  test("a refusal with data is told by the data", async () => {
    const socket = await websocket(matrix());
    assert.deepEqual(await socket.send("40/forbidden").several(2), ["40", '44/forbidden,{"code":7}']);
  });

  test("a connection without a packet from the client is not closed for that", async () => {
    const socket = await greeted();
    for (let i = 0; i < 7; ++i) {
      await pause(200);
      socket.send("2");
    }
    assert.deepEqual(await socket.several(7), Array(7).fill("3"));
  });

  test("the query of the namespace is merged with that of the URL", async () => {
    const socket = await websocket(matrix(), "&a=1&b=2");
    socket.send("40/matrix?b=3&c=4");
    await socket.several(2);
    for (const [key, value] of [["a", '"1"'], ["b", '"3"'], ["c", '"4"'], ["EIO", '"3"'], ["d", "null"]]) {
      assert.equal(await socket.send(`42/matrix,1["query","${key}"]`).next(), `43/matrix,1[${value}]`);
    }
  });

  test("the id does not give the session's away", async () => {
    const socket = await joined();
    const answer = await socket.send('42/matrix,1["whoami"]').next();
    assert.match(answer, /^43\/matrix,1\["[\w-]{20}"\]$/);
    assert.ok(!answer.includes(socket.handshake.sid));
  });
});

describe("events", () => {
  test("are acknowledged under their id", async () => {
    const socket = await greeted();
    for (const id of ["0", "456", "9007199254740991"]) {
      assert.equal(await socket.send(`42${id}["message-with-ack",1,"2",{"3":[false]}]`).next(), `43${id}[1,"2",{"3":[false]}]`);
    }
    assert.equal(await socket.send('42["message",1,{"a":null}]').next(), '42["message-back",1,{"a":null}]');
  });

  test("carry binary both ways, attachments behind them with their type", async () => {
    const socket = await greeted();
    socket.send('452-7["message-with-ack",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]',
      Buffer.from([4, 1, 2]), Buffer.from([4, 3]));
    assert.deepEqual(await socket.several(3), [
      '462-7[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', Buffer.from([4, 1, 2]), Buffer.from([4, 3]),
    ]);
  });

  test("carry binary over polling in base64", async () => {
    const session = await Polling3.open(matrix(), { query: "&b64=1" });
    await session.post("40/matrix", '451-/matrix,1["sum",{"_placeholder":true,"num":0}]', "b4AQID");
    const packets = await session.packets(3);
    assert.deepEqual(packets, ["40", "40/matrix,", '43/matrix,1[{"length":3,"sum":6}]']);
  });

  test("go out in ASCII", async () => {
    const socket = await greeted();
    assert.equal(await socket.send('421["message-with-ack","é€💩\u2028",{"ü":"ü"}]').next(),
      String.raw`431["\u00e9\u20ac\ud83d\udca9\u2028",{"\u00fc":"\u00fc"}]`);
  });

  const twice = (text) => Buffer.from(text).toString("latin1");
  test("that 1.x clients encoded twice are understood, on both transports", async () => {
    const socket = await joined("", { Origin: "localhost" });  // as the library of 1.0 in Node says it
    assert.equal(await socket.send(twice('42/matrix,1["code-points","é€💩"]')).next(), "43/matrix,1[[233,8364,128169]]");
    const session = await Polling3.open(matrix(), { query: "&b64=1", headers: { "User-Agent": "node-XMLHttpRequest" } });
    await session.post("40/matrix", twice('42/matrix,1["code-points","é€💩"]'));
    assert.equal((await session.packets(3))[2], "43/matrix,1[[233,8364,128169]]");
  });

  test("that look so but are of other clients mean what they say", async () => {
    const points = [...twice("é")].map((letter) => letter.codePointAt(0));
    const socket = await joined();
    assert.equal(await socket.send(twice('42/matrix,1["code-points","é"]')).next(), `43/matrix,1[[${points}]]`);
    const session = await Polling3.open(matrix(), { headers: { "User-Agent": "okhttp/3.12.12" } });
    await session.post("40/matrix", twice('42/matrix,1["code-points","é"]'));
    assert.equal((await session.packets(3))[2], `43/matrix,1[[${points}]]`);
  });

  test("that 2.x clients encoded once are, too", async () => {
    const socket = await joined();
    for (const [text, points] of [["é", "233"], ["Ã", "195"], ["Ã©€", "195,169,8364"], ["ÿ", "255"]]) {
      assert.equal(await socket.send(`42/matrix,1["code-points","${text}"]`).next(), `43/matrix,1[[${points}]]`);
    }
  });

  test("for a default namespace that lacks them get the ordinary answer", async () => {
    const socket = await websocket(matrix());
    assert.equal(await socket.next(), "40");
    assert.equal(await socket.send('421["where"]').next(), '431["/"]');
  });
});

describe("state", () => {
  test("packets for a namespace that is not connected are ignored", async () => {
    const socket = await greeted();
    socket.send('42/custom,1["x"]', "43/custom,1[]", "41/custom,", '44/custom,"x"', "40");
    assert.equal(await socket.send('421["message-with-ack","still"]').next(), '431["still"]');
  });

  test("41 of another namespace leaves that one alone", async () => {
    const socket = await joined();
    socket.send("41/matrix,");
    assert.equal(await socket.send('421["where"]').next(), '431["/"]');
    assert.equal(await socket.send("40/matrix").next(), "40/matrix,");
  });

  test("41 of the default namespace ends the connection", async () => {
    const socket = await greeted();
    socket.send("41");
    await socket.closed();
    const session = await Polling3.open(suite());
    await session.packets(2);
    await session.post("41");
    // A poll fetches the close packet, if there is still something to fetch it from.
    const { status, bytes } = await session.get();
    assert.ok(status === 400 || bytes.toString() === "1:1", `${status} ${bytes}`);
    assert.equal((await session.get()).status, 400);
  });

  for (const packet of [
    "4", "47", "4abc", "42", "42{}", '42abc["x"]', "42[]", '42["a"', '42["a",]', '42["connect"]', "40{}",
    "451-", '45["a"]', '450-["a"]', '4511-["a"]', "43[1]", '42["a",nope]', "44",
  ]) {
    test(`${packet} closes the connection`, async () => {
      const socket = await greeted();
      socket.send(packet);
      await socket.closed();
    });
  }

  test("an attachment that no packet announced closes the connection, and so does text where one is due", async () => {
    const first = await greeted();
    first.send(Buffer.from([4, 1]));
    await first.closed();
    const second = await greeted();
    second.send('451-["a",{"_placeholder":true,"num":0}]', '42["b"]');
    await second.closed();
  });
});
