// What the bundles for browsers go through, from 1.0 on: each test gets the `Connections` of lib/connections.mjs. It runs in a
// page; what differs from Node is how bytes travel, so that binary has the most of it.
import { connect, modes, settled, transportOf } from "../lib/connections.mjs";
import { call, collect, next, pause, same } from "../lib/waits.mjs";

const text = "Grüße, 漢字, 👩‍👩‍👧‍👦 𝒳, a\u2028b\u2029c, </script> \"'\\ \\n \n\r\n\t\u0000 100%+1 %41&d=x;y \ufeff";

/** 0, 1, 2, ... modulo 256, as an ArrayBuffer: what every version knows as binary. */
function pattern(length) {
  return Uint8Array.from({ length }, (_, i) => i).buffer;
}

/** The numbers in what a client has got as binary: an ArrayBuffer, in a page. */
function numbers(value) {
  if (!(value instanceof ArrayBuffer)) throw new Error(`not an ArrayBuffer: ${Object.prototype.toString.call(value)}`);
  return [...new Uint8Array(value)];
}

export default {
  "the client connects and ends with the best transport of its list": async (clients) => {
    const socket = await clients.open({ query: { token: "a b&ü" } });
    await settled(socket, clients.mode);
    same(transportOf(socket), modes[clients.mode].ends);
    same(await call(socket, "where"), ["/matrix"]);
    same(await call(socket, "query", "token"), ["a b&ü"]);
  },

  "what the server refuses is told, and the connection goes on": async (clients) => {
    const manager = clients.manager();
    const refused = manager.socket("/forbidden");
    const error = next(refused, clients.traits.generation === "eio3" ? "error" : "connect_error");
    refused.connect();
    const [reason] = await error;
    same(clients.traits.generation === "eio3" ? reason : reason.data, { code: 7 });
    const socket = manager.socket("/matrix");
    await connect(socket);
    same(await call(socket, "where"), ["/matrix"]);
  },

  "events are acknowledged, and the server's by the client": async (clients) => {
    const socket = await clients.open();
    same(await call(socket, "echo"), []);
    const values = [0, -1.5, 1e21, true, null, "", [], { "": [{ a: [null] }] }, { _placeholder: "no" }];
    same(await call(socket, "echo", ...values), values);
    socket.on("question", (...args) => args.pop()({ got: args }, "thanks"));
    const answered = next(socket, "answered");
    socket.emit("ask", "how", { are: ["you"] });
    same(await answered, [{ got: ["how", { are: ["you"] }] }, "thanks"]);
  },

  "text survives both ways": async (clients) => {
    const socket = await clients.open();
    const points = [...text].map((character) => character.codePointAt(0));
    same(await call(socket, "code-points", text), [points]);
    same(await call(socket, "from-code-points", points), [text]);
    const bounced = next(socket, "bounced");
    socket.emit("bounce", text, { [text]: [text] });
    same(await bounced, [text, { [text]: [text] }]);
  },

  "binary in nested objects comes back in its places": async (clients) => {
    const socket = await clients.open();
    const check = ([first, value, last]) => {
      same(first, text);
      same(numbers(value.parts[0]), numbers(pattern(300)));
      same(numbers(value.parts[1].deep[0]), [0, 1, 2]);
      same(numbers(value.empty), []);
      same(numbers(last), [0]);
    };
    const value = () => ({ parts: [pattern(300), { deep: [pattern(3)] }], empty: pattern(0) });
    check(await call(socket, "echo", text, value(), pattern(1)));
    const bounced = next(socket, "bounced");
    socket.emit("bounce", text, value(), pattern(1));
    check(await bounced);
    for (const length of [0, 1, 126, 65_536]) {
      const given = next(socket, "binary");
      socket.emit("give-binary", length);
      same(numbers((await given)[0].parts[0]), numbers(pattern(length)));
    }
  },

  "a Blob is bytes to the server": async (clients) => {
    const socket = await clients.open();
    same(await call(socket, "sum", new Blob([pattern(100), pattern(2)])), [{ length: 102, sum: 4951 }]);
  },

  "questions and answers carry binary": async (clients) => {
    const socket = await clients.open();
    socket.on("question", (data, answer) => answer({ back: data.half }, pattern(7)));
    const answered = next(socket, "answered");
    socket.emit("ask", { half: pattern(9) });
    const [first, second] = await answered;
    same([numbers(first.back), numbers(second)], [numbers(pattern(9)), numbers(pattern(7))]);
  },

  "rooms, broadcasts and broadcasts to the others reach who they are for": async (clients) => {
    const [ada, bob, eve] = await clients.openSeveral(3);
    const heard = { ada: [], bob: [], eve: [] };
    for (const [who, socket] of Object.entries({ ada, bob, eve })) {
      for (const event of ["room", "others", "all"]) socket.on(event, (...args) => heard[who].push([event, ...args]));
    }
    const room = `room ${Math.random()}`;
    same(await call(ada, "join", room), [room]);
    same(await call(bob, "join", room), [room]);
    await call(ada, "to-room", room, "hi");
    await call(ada, "to-others", "you");
    same(await call(bob, "leave", room), [room]);
    await call(ada, "to-room", room, "nobody");
    await call(ada, "to-all", "us");
    for (const socket of [ada, bob, eve]) await call(socket, "echo");
    same(heard.ada, [["all", "us"]]);
    same(heard.bob, [["room", room, "hi"], ["others", "you"], ["all", "us"]]);
    same(heard.eve, [["others", "you"], ["all", "us"]]);
  },

  "two hundred messages arrive in order, both ways, whatever the transport does meanwhile": async (clients) => {
    const socket = await clients.open();
    const bounced = collect(socket, "bounced", 200);
    for (let i = 0; i < 200; ++i) {
      socket.emit("tick", i);
      socket.emit("bounce", i % 3 ? i : { i, data: pattern(i) });
      if (i % 10 === 0) await pause(1);
    }
    same((await bounced).map((value) => value.i ?? value), Array.from({ length: 200 }, (_, i) => i));
    same(await call(socket, "ticks"), [{ count: 200, inOrder: true }]);
  },

  // The server takes a million bytes at once: base64 makes four of three, and a form of JSONP twelve of an "é" that is encoded twice.
  // Clients without binary pass the bytes that they turn into base64 as arguments of one call, and Chromium takes some 120 000.
  "200 KB and 900 KB go both ways": async (clients) => {
    const socket = await clients.open();
    const umlauts = clients.mode === "jsonp" ? 50_000 : 100_000;
    const lengths = { websocket: [200_000, 900_000], jsonp: [100_000] }[clients.mode] ?? [200_000, 700_000];
    for (const letters of ["\u00e9".repeat(umlauts), "x".repeat(900_000)]) {
      if ((await call(socket, "echo", letters))[0] !== letters) throw new Error(`${letters.length} letters were damaged`);
    }
    for (const length of lengths) {
      const sent = pattern(length);
      const [back] = await call(socket, "echo", { data: sent });
      const [got, expected] = [new Uint8Array(back.data), new Uint8Array(sent)];
      if (got.length !== length || got.some((byte, i) => byte !== expected[i])) throw new Error(`${length} bytes were damaged`);
    }
  },

  "an idle connection stays": async (clients) => {
    const socket = await clients.open();
    const lost = [];
    socket.on("disconnect", (reason) => lost.push(reason));
    // One and a half of the matrix port's intervals between pings.
    await pause(1500);
    same(await call(socket, "echo", 1), [1]);
    same(lost, []);
  },

  "a client that the server disconnects is told, and so are the others": async (clients) => {
    const [socket, watcher] = await clients.openSeveral(2);
    await call(socket, "name", "kicked");
    const [gone, disconnected] = [next(watcher, "gone"), next(socket, "disconnect")];
    socket.emit("kick");
    same((await disconnected)[0], "io server disconnect");
    same(await gone, ["kicked"]);
  },

  "a client that leaves is gone for the others": async (clients) => {
    const [socket, watcher] = await clients.openSeveral(2);
    await call(socket, "name", "leaver");
    const [gone, disconnected] = [next(watcher, "gone"), next(socket, "disconnect")];
    socket.disconnect();
    same((await disconnected)[0], "io client disconnect");
    same(await gone, ["leaver"]);
  },
};
