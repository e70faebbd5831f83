// The scenario with what a 0.9 client can do: against the matrix port, in Node and in a page.
import { call, collect, next, pause, same } from "../lib/waits.mjs";

const texts = {
  "two-byte letters": "Grüße, Ελλάδα, Привет",
  "three-byte letters": "漢字かな 한국어 ﷽",
  "an emoji sequence": "👩‍👩‍👧‍👦 👍🏽 🇪🇺",
  "letters beyond the first plane": "𝒳𐍈𠜎 \u{10ffff}",
  "line separators": "a\u2028b\u2029c",
  "NUL and other controls": "\u0000 \u0001 \t\r\n \u001e \u007f \u0085",
  "quotes and slashes": "\"'\\/ </script> <!-- \\u0041",
  "a byte order mark and a replacement character": "a\ufeff\ufffd5\ufffd3",
  "what looks like a packet": "5:1+:/matrix:{}+6:::1+[\"a+b\"]",
  "percents and plus signs": "100%+1 %41&d=x;y",
  "nothing": "",
};

const values = [
  0, -1, 1.5, 1e-7, 1e21, 9007199254740991, true, false, null, "", [], {}, [[[]]], { "": { "a.b": [null, [{}]] } },
  { _placeholder: "no" }, { name: "x", args: [1] },
];

const tests = {
  "a client's event is acknowledged with every argument": async (kit) => {
    const socket = await kit.open();
    same(await call(socket, "echo"), []);
    same(await call(socket, "echo", 1), [1]);
    const many = Array.from({ length: 20 }, (_, i) => ({ i }));
    same(await call(socket, "echo", ...many), many);
    same(await call(socket, "where"), ["/matrix"]);
    const [id] = await call(socket, "whoami");
    if (id.length !== 20 || id === socket.socket.sessionid) throw new Error(`${id} is no public id`);
  },

  "every kind of JSON value comes back unchanged": async (kit) => {
    const socket = await kit.open();
    same(await call(socket, "echo", ...values), values);
    const bounced = next(socket, "bounced");
    socket.emit("bounce", ...values);
    same(await bounced, values);
  },

  "a server's event is acknowledged by the client": async (kit) => {
    const socket = await kit.open();
    socket.on("question", (...args) => args.pop()({ got: args }, "thanks"));
    const answered = next(socket, "answered");
    socket.emit("ask", "how", { are: ["you"] });
    same(await answered, [{ got: ["how", { are: ["you"] }] }, "thanks"]);
  },

  "many acknowledgements in flight are each answered by their own": async (kit) => {
    const socket = await kit.open();
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    const replies = await Promise.all(numbers.map((i) => call(socket, "echo", i)));
    same(replies.flat(), numbers);
  },

  "a message comes back as a message, JSON as JSON, and either is acknowledged": async (kit) => {
    const socket = await kit.open();
    let message = next(socket, "message");
    socket.send("héllo 👋 \u2028");
    same(await message, ["héllo 👋 \u2028"]);
    message = next(socket, "message");
    socket.json.send({ a: [1, "\u2029"] });
    same(await message, [{ a: [1, "\u2029"] }]);
    message = next(socket, "message");
    await new Promise((resolve) => socket.send("with an answer", resolve));
    same(await message, ["with an answer"]);
  },

  "namespaces are connected on demand, and the default one is at once": async (kit) => {
    const root = kit.begin("");
    await next(root, "connect");
    same(await call(root, "where"), ["/"]);
    const matrix = root.socket.of("/matrix");
    await next(matrix, "connect");
    same(await call(matrix, "where"), ["/matrix"]);
    const left = call(matrix, "name", "leaver");
    await left;
    const watcher = await kit.open();
    const gone = next(watcher, "gone");
    matrix.disconnect();
    same(await gone, ["leaver"]);
    same(await call(root, "echo", "still here"), ["still here"]);
  },

  "a refused namespace is told so, and the others go on": async (kit) => {
    const socket = await kit.open();
    const forbidden = socket.socket.of("/forbidden");
    const refused = next(forbidden, "connect_failed");
    same(await refused, ["unauthorized"]);
    const unknown = socket.socket.of("/nowhere");
    same(await next(unknown, "connect_failed"), ["unauthorized"]);
    same(await call(socket, "echo", 1), [1]);
  },

  "the query of the URL is the handshake's": async (kit) => {
    const socket = await kit.open("/matrix", "?token=abc");
    same(await call(socket, "query", "token"), ["abc"]);
    same(await call(socket, "query", "nothing"), [null]);
    same(await call(socket, "auth"), [{}]);
  },

  "rooms, broadcasts and broadcasts to the others": async (kit) => {
    const [ada, bob, eve] = await kit.openSeveral(3);
    const heard = [];
    for (const [who, socket] of Object.entries({ ada, bob, eve })) {
      for (const event of ["room", "others", "all"]) {
        socket.on(event, (...args) => heard.push([who, event, ...args]));
      }
    }
    const room = `room ${Math.random()}`;
    same(await call(ada, "join", room), [room]);
    same(await call(bob, "join", room), [room]);
    same(await call(ada, "to-room", room, "hi"), []);
    same(await call(ada, "to-others", "you"), []);
    same(await call(bob, "leave", room), [room]);
    same(await call(ada, "to-room", room, "nobody"), []);
    same(await call(ada, "to-all", "us"), []);
    await pause(300);
    same(heard.filter(([who]) => who === "ada"), [["ada", "all", "us"]]);
    same(heard.filter(([who]) => who === "bob"), [["bob", "room", room, "hi"], ["bob", "others", "you"], ["bob", "all", "us"]]);
    same(heard.filter(([who]) => who === "eve"), [["eve", "others", "you"], ["eve", "all", "us"]]);
  },

  "a thousand messages arrive in order, both ways": async (kit) => {
    const socket = await kit.open();
    for (let i = 0; i < 1000; ++i) socket.emit("tick", i);
    same(await call(socket, "ticks"), [{ count: 1000, inOrder: true }]);
    const drops = collect(socket, "drop", 1000);
    socket.emit("flood", 1000);
    same(await drops, Array.from({ length: 1000 }, (_, i) => i));
  },

  "half a megabyte goes through, both ways": async (kit) => {
    const socket = await kit.open();
    const text = "0123456789".repeat(50_000);
    const [back] = await call(socket, "echo", text);
    if (back !== text) throw new Error(`got ${back?.length} characters`);
    const bounced = next(socket, "bounced");
    socket.emit("bounce", text);
    if ((await bounced)[0] !== text) throw new Error("the event was changed");
  },

  "binary data does not reach a client whose protocol has none, and harms nobody": async (kit) => {
    const socket = await kit.open();
    socket.emit("give-binary", 10);
    same(await call(socket, "echo", 1), [1]);
  },

  "an idle connection stays": async (kit) => {
    const socket = await kit.open();
    let lost = false;
    socket.on("disconnect", () => (lost = true));
    // Two heartbeats, and more than an idle poll lasts.
    await pause(2500);
    same(await call(socket, "echo", 1), [1]);
    if (lost) throw new Error("disconnected");
  },

  "a client that the server disconnects from a namespace is told": async (kit) => {
    const socket = await kit.open();
    await call(socket, "name", "kicked");
    const watcher = await kit.open();
    const gone = next(watcher, "gone");
    const disconnected = next(socket, "disconnect");
    socket.emit("kick");
    await disconnected;
    same(await gone, ["kicked"]);
  },

  "a client that leaves is gone for the others": async (kit) => {
    const [leaver, watcher] = await kit.openSeveral(2);
    await call(leaver, "name", "leaver");
    const gone = next(watcher, "gone");
    leaver.socket.disconnect();
    same(await gone, ["leaver"]);
  },
};

for (const [what, text] of Object.entries(texts)) {
  tests[`text with ${what} survives both ways`] = async (kit) => {
    const socket = await kit.open();
    const points = [...text].map((character) => character.codePointAt(0));
    same(await call(socket, "code-points", text), [points]);
    same(await call(socket, "from-code-points", points), [text]);
    same(await call(socket, "echo", text, { [text]: [text] }), [text, { [text]: [text] }]);
    const bounced = next(socket, "bounced");
    socket.emit("bounce", text);
    same(await bounced, [text]);
  };
}

export default tests;
