import assert from "node:assert/strict";

import { test } from "../../support/results.mjs";
import { bytes, call, collect, next, pattern, pause, settled } from "../lib/client.mjs";
import { releases } from "../lib/releases.mjs";

const texts = {
  "two-byte letters": "Grüße, Ελλάδα, Привет",
  "three-byte letters": "漢字かな 한국어 ﷽",
  "an emoji sequence": "👩‍👩‍👧‍👦 👍🏽 🇪🇺",
  "letters beyond the first plane": "𝒳𐍈𠜎 \u{10ffff}",
  "line separators": "a\u2028b\u2029c",
  "NUL and other controls": "\u0000 \u0001 \t\r\n \u001e \u007f \u0085",
  "quotes and slashes": "\"'\\/ </script> \\u0041",
  "a byte order mark and a replacement character": "\ufeff\ufffd",
  "what looks like a packet": "42/matrix,[\"echo\"]\u001e2",
  "nothing": "",
};

const values = [
  0, -1, 1.5, 1e-7, 1e21, -2.5e300, 9007199254740991, -9007199254740991, 18446744073709552000, 5e-324,
  true, false, null, "", [], {}, [[[]]], { "": { "a.b": [null, [{}]] } }, { _placeholder: "no" },
];

export default function messages(context) {
  test("a client's event is acknowledged with every argument", async () => {
    const socket = await context.clients.open();
    assert.deepEqual(await call(socket, "echo"), []);
    assert.deepEqual(await call(socket, "echo", 1), [1]);
    const many = Array.from({ length: 20 }, (_, i) => ({ i }));
    assert.deepEqual(await call(socket, "echo", ...many), many);
  });

  test("every kind of JSON value comes back unchanged", async () => {
    const socket = await context.clients.open();
    assert.deepEqual(await call(socket, "echo", ...values), values);
    const bounced = next(socket, "bounced");
    socket.emit("bounce", ...values);
    assert.deepEqual(await bounced, values);
  });

  test("a server's event is acknowledged by the client", async () => {
    const socket = await context.clients.open();
    socket.on("question", (...args) => args.pop()({ got: args }, "thanks"));
    const answered = next(socket, "answered");
    socket.emit("ask", "how", { are: ["you"] });
    assert.deepEqual(await answered, [{ got: ["how", { are: ["you"] }] }, "thanks"]);
  });

  test("questions answered late and out of order reach who asked", async () => {
    const socket = await context.clients.open();
    const count = 20;
    socket.on("question", (i, answer) => setTimeout(() => answer(i), (count - i) * 3));
    const answers = collect(socket, "answered", count);
    for (let i = 0; i < count; ++i) socket.emit("ask", i);
    assert.deepEqual((await answers).sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
  });

  test("other events pass while a question waits for its answer", async () => {
    const socket = await context.clients.open();
    const question = next(socket, "question");
    socket.emit("ask", "patience");
    const [, answer] = await question;
    assert.deepEqual(await call(socket, "echo", "meanwhile"), ["meanwhile"]);
    const answered = next(socket, "answered");
    answer("at last");
    assert.deepEqual(await answered, ["at last"]);
  });

  test("two hundred acknowledgements in flight are each answered by their own", async () => {
    const socket = await context.clients.open();
    const numbers = Array.from({ length: 200 }, (_, i) => i);
    const replies = await Promise.all(numbers.map((i) => call(socket, "echo", i)));
    assert.deepEqual(replies.flat(), numbers);
  });

  for (const [what, text] of Object.entries(texts)) {
    test(`text with ${what} survives both ways`, async () => {
      const socket = await context.clients.open();
      const points = [...text].map((character) => character.codePointAt(0));
      assert.deepEqual(await call(socket, "code-points", text), [points]);
      assert.deepEqual(await call(socket, "from-code-points", points), [text]);
      assert.deepEqual(await call(socket, "echo", text, { [text]: [text] }), [text, { [text]: [text] }]);
      const bounced = next(socket, "bounced");
      socket.emit("bounce", text);
      assert.deepEqual(await bounced, [text]);
    });
  }

  test("half of a surrogate pair does not end the connection", async () => {
    const socket = await context.clients.open();
    const [reply] = await call(socket, "echo", "cut \ud83d");
    assert.match(reply, /^cut (\ud83d|\ufffd)$/);
    assert.equal(socket.connected, true);
  });

  test("binary in nested objects comes back in its places", async () => {
    const socket = await context.clients.open();
    const { clients } = context;
    const value = {
      name: "é",
      parts: [clients.binary(pattern(300)), { deep: [clients.binary(Buffer.from([0, 255]))] }],
      empty: clients.binary(Buffer.alloc(0)),
    };
    const check = ([plain, echoed, last]) => {
      assert.equal(plain, "first");
      assert.equal(echoed.name, "é");
      assert.deepEqual(bytes(echoed.parts[0]), pattern(300));
      assert.deepEqual(bytes(echoed.parts[1].deep[0]), Buffer.from([0, 255]));
      assert.equal(bytes(echoed.empty).length, 0);
      assert.deepEqual(bytes(last), pattern(5));
    };
    check(await call(socket, "echo", "first", value, clients.binary(pattern(5), "Uint8Array")));
    const bounced = next(socket, "bounced");
    socket.emit("bounce", "first", value, clients.binary(pattern(5), "ArrayBuffer"));
    check(await bounced);
  });

  test("binary is bytes to the server, and bytes that the server makes arrive whole", async () => {
    const socket = await context.clients.open();
    const data = context.clients.binary(pattern(1000));
    const sum = data.reduce((total, byte) => total + byte, 0);
    assert.deepEqual(await call(socket, "sum", data), [{ length: 1000, sum }]);
    assert.deepEqual(await call(socket, "sum", context.clients.binary(Buffer.alloc(0))), [{ length: 0, sum: 0 }]);
    for (const length of [0, 1, 125, 126, 65535, 65536]) {
      const given = next(socket, "binary");
      socket.emit("give-binary", length);
      const [{ name, parts }, last] = await given;
      assert.equal(name, "pattern");
      assert.deepEqual(bytes(parts[0]), pattern(length));
      assert.deepEqual(bytes(parts[1]), pattern(3));
      assert.deepEqual(bytes(last), pattern(1));
    }
  });

  test("questions and answers carry binary", async () => {
    const socket = await context.clients.open();
    const again = (value) => context.clients.binary(bytes(value));
    socket.on("question", (data, answer) => answer({ back: again(data.half) }, again(pattern(7))));
    const answered = next(socket, "answered");
    socket.emit("ask", { half: again(pattern(9)) });
    const [first, second] = await answered;
    assert.deepEqual(bytes(first.back), pattern(9));
    assert.deepEqual(bytes(second), pattern(7));
  });

  test("text and binary events keep their order among each other", async () => {
    const socket = await context.clients.open();
    const bounced = collect(socket, "bounced", 60);
    for (let i = 0; i < 60; ++i) socket.emit("bounce", i % 3 ? i : { i, data: context.clients.binary(pattern(i)) });
    const order = (await bounced).map((value) => (typeof value === "number" ? value : value.i));
    assert.deepEqual(order, Array.from({ length: 60 }, (_, i) => i));
  });

  test("half a megabyte of text goes both ways", async () => {
    const socket = await context.clients.open();
    const text = "0123456789".repeat(50_000);
    const [reply] = await call(socket, "echo", text);
    assert.ok(reply === text, "the acknowledgement differs from what was sent");
    const bounced = next(socket, "bounced");
    socket.emit("bounce", text);
    assert.ok((await bounced)[0] === text, "the event differs from what was sent");
    // 500 000 bytes of UTF-8 in 250 000 characters: lengths are counted in bytes somewhere and in characters elsewhere.
    // Encoded twice, that would be a million, which is more than a body may have; so are the `%C3%A9` of a form.
    const wide = "é".repeat(context.mode === "jsonp" ? 75_000 : context.clients.traits.encodesTwice ? 200_000 : 250_000);
    assert.ok((await call(socket, "echo", wide))[0] === wide, "two-byte letters were damaged");
  });

  test("half a megabyte of binary goes both ways", async () => {
    const socket = await context.clients.open();
    const data = context.clients.binary(pattern(500_000));
    const [reply] = await call(socket, "echo", { data });
    assert.ok(bytes(reply.data).equals(data), "the acknowledgement differs from what was sent");
    const given = next(socket, "binary");
    socket.emit("give-binary", 500_000);
    assert.ok(bytes((await given)[0].parts[0]).equals(data), "the event differs from the pattern");
  });

  test("large and small messages in a row keep their order", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    const sizes = [200_000, 1, 70_000, 0, 300_000, 2, 126, 65_536, 3];
    const bounced = collect(socket, "bounced", sizes.length);
    for (const size of sizes) socket.emit("bounce", "x".repeat(size));
    assert.deepEqual((await bounced).map((text) => text.length), sizes);
  });

  test("send and message are the same as emit of message", async () => {
    const socket = await context.clients.open();
    const message = next(socket, "message");
    socket.send({ plain: ["ü"] });
    assert.deepEqual(await message, [{ plain: ["ü"] }]);
  });

  test("an event without an acknowledgement gets none, and unknown events harm nobody", async () => {
    const socket = await context.clients.open();
    socket.emit("echo", "no acknowledgement asked for");
    socket.emit("no such event", 1);
    socket.emit("", 2);
    socket.emit("ünï:cödé-1.2", 3);
    assert.deepEqual(await call(socket, "echo", "still here"), ["still here"]);
  });

  if (releases[context.version].generation === "eio4") {
    test("volatile events arrive in order when the connection is ready, and not at all while there is none", async () => {
      const socket = await context.clients.open();
      await settled(socket, context.mode);
      const seen = [];
      socket.on("bounced", (i) => seen.push(i));
      for (let i = 0; i < 10; ++i) {
        await pause(5);
        // The client itself drops it when its last write is not done yet.
        socket.volatile.emit("bounce", i);
      }
      await call(socket, "echo");
      assert.ok(seen.length > 0, "none arrived");
      assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));

      socket.disconnect();
      socket.volatile.emit("tick", "lost");
      const connected = next(socket, "connect");
      socket.connect();
      await connected;
      assert.deepEqual(await call(socket, "ticks"), [{ count: 0, inOrder: true }]);
    });
  }

  test("a flood from the server comes in order and ends nothing", async () => {
    const socket = await context.clients.open();
    const seen = [];
    socket.on("drop", (i) => seen.push(i));
    socket.emit("flood", 1000);
    assert.deepEqual(await call(socket, "echo", "behind the flood"), ["behind the flood"]);
    assert.equal(seen[0], 0);
    assert.ok(seen.every((value, at) => at === 0 || value > seen[at - 1]), "out of order");
  });
}
