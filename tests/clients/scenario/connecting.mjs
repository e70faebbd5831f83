import assert from "node:assert/strict";

import { test } from "../../support/results.mjs";
import { call, connect, next, settled, transportOf } from "../lib/client.mjs";
import { modes } from "../lib/client.mjs";
import { releases } from "../lib/releases.mjs";

export default function connecting(context) {
  const traits = releases[context.version];
  const told = traits.generation === "eio3" ? "error" : "connect_error";

  test("a client connects and ends with the best transport of its list", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    assert.equal(transportOf(socket), modes[context.mode].ends);
    assert.deepEqual(await call(socket, "where"), ["/matrix"]);
  });

  test("a socket has an id that may be shown to others, and clients from 3.0 on know it", async () => {
    const [one, two] = await context.clients.openSeveral(2);
    const ids = [];
    for (const socket of [one, two]) {
      const [id] = await call(socket, "whoami");
      if (traits.generation === "eio3") {
        assert.match(id, /^[\w-]{20}$/);
        assert.notEqual(id, socket.io.engine.id, "the public id must not give the secret session id away");
      } else {
        assert.equal(id, socket.id);
        assert.notEqual(id, socket.io.engine.id, "the public id must not give the secret session id away");
      }
      ids.push(id);
    }
    assert.notEqual(ids[0], ids[1]);
  });

  test("auth is an empty object when there is none", async () => {
    const without = await context.clients.open();
    assert.deepEqual(await call(without, "auth"), [{}]);
  });

  if (traits.generation === "eio4") {
    test("the auth object arrives as it was given", async () => {
      const auth = { token: "abc", nested: { list: [1, null, "ü \u2028 👍"] } };
      const socket = await context.clients.open({ auth });
      assert.deepEqual(await call(socket, "auth"), [auth]);
    });

    test("auth may be a function", async () => {
      const lazy = await context.clients.open({ auth: (give) => setTimeout(() => give({ late: true }), 20) });
      assert.deepEqual(await call(lazy, "auth"), [{ late: true }]);
    });
  }

  if (traits.namespaceQuery) {
    test("the query of a namespace is merged with that of the connection, and stands for auth", async () => {
      const manager = context.clients.manager({ query: { token: "connection's", room: "7" } });
      const socket = manager.socket("/matrix", { query: "token=a%20b%26&%D1%8E=%F0%9F%91%8D" });
      await connect(socket);
      assert.deepEqual(await call(socket, "query", "token"), ["a b&"]);
      assert.deepEqual(await call(socket, "query", "room"), ["7"]);
      assert.deepEqual(await call(socket, "auth"), [{ token: "a b&", "ю": "👍" }]);
    });
  }

  test("the handshake's query arrives decoded", async () => {
    const socket = await context.clients.open({ query: { room: "a b&c=d", "ключ": "значение 👍", empty: "" } });
    assert.deepEqual(await call(socket, "query", "room"), ["a b&c=d"]);
    assert.deepEqual(await call(socket, "query", "ключ"), ["значение 👍"]);
    assert.deepEqual(await call(socket, "query", "empty"), [""]);
    assert.deepEqual(await call(socket, "query", "absent"), [null]);
  });

  test("a refused connect gives the error's message and data, and the connection stays usable", async () => {
    const manager = context.clients.manager();
    const refused = manager.socket("/forbidden");
    const error = next(refused, told);
    refused.connect();
    const [reason] = await error;
    if (traits.generation === "eio3") {
      assert.deepEqual(reason, { code: 7 });
    } else {
      assert.equal(reason.message, "forbidden");
      assert.deepEqual(reason.data, { code: 7 });
    }
    assert.equal(refused.connected, false);

    const socket = manager.socket("/matrix");
    await connect(socket);
    assert.deepEqual(await call(socket, "where"), ["/matrix"]);
  });

  test("a namespace that does not exist is refused by name", async () => {
    const socket = context.clients.manager().socket("/no-such-namespace");
    const error = next(socket, told);
    socket.connect();
    const [reason] = await error;
    assert.equal(traits.generation === "eio3" ? reason : reason.message, "Invalid namespace");
  });

  test("several namespaces share one connection and are told apart", async () => {
    const { root, matrix } = await context.clients.openBoth();
    assert.equal(root.io.engine, matrix.io.engine);
    if (traits.generation === "eio4" || traits.idHasNamespace) assert.notEqual(root.id, matrix.id);
    assert.deepEqual(await call(root, "where"), ["/"]);
    assert.deepEqual(await call(matrix, "where"), ["/matrix"]);
    assert.deepEqual(await call(root, "echo", 1, "a"), [1, "a"]);
    assert.deepEqual(await call(matrix, "echo", 2, "b"), [2, "b"]);
  });

  test("what is emitted before the connection stands arrives once it does", async () => {
    const socket = context.clients.manager().socket("/matrix");
    const replies = Promise.all([call(socket, "echo", "early"), call(socket, "where")]);
    socket.connect();
    assert.deepEqual(await replies, [["early"], ["/matrix"]]);
  });

  test("thirty clients connect at once", async () => {
    const sockets = await context.clients.openSeveral(30);
    assert.equal(new Set(sockets.map((socket) => socket.io.engine.id)).size, 30);
    const replies = await Promise.all(sockets.map((socket, i) => call(socket, "echo", i)));
    assert.deepEqual(replies, sockets.map((_, i) => [i]));
  });
}
