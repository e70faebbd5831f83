import assert from "node:assert/strict";
import { test } from "node:test";

import { call, connect, next, settled, transportOf } from "../lib/client.mjs";
import { modes } from "../lib/client.mjs";

export default function connecting(context) {
  test("a client connects and ends with the best transport of its list", async () => {
    const socket = await context.clients.open();
    await settled(socket, context.mode);
    assert.equal(transportOf(socket), modes[context.mode].ends);
    assert.deepEqual(await call(socket, "where"), ["/matrix"]);
  });

  test("the server and the client know a socket by the same id", async () => {
    const [one, two] = await context.clients.openSeveral(2);
    assert.deepEqual(await call(one, "whoami"), [one.id]);
    assert.deepEqual(await call(two, "whoami"), [two.id]);
    assert.notEqual(one.id, two.id);
    assert.notEqual(one.id, one.io.engine.id, "the public id must not give the secret session id away");
  });

  test("the auth object arrives as it was given", async () => {
    const auth = { token: "abc", nested: { list: [1, null, "ü \u2028 👍"] } };
    const socket = await context.clients.open({ auth });
    assert.deepEqual(await call(socket, "auth"), [auth]);
  });

  test("auth may be a function, and is an empty object when there is none", async () => {
    const lazy = await context.clients.open({ auth: (give) => setTimeout(() => give({ late: true }), 20) });
    assert.deepEqual(await call(lazy, "auth"), [{ late: true }]);
    const without = await context.clients.open();
    assert.deepEqual(await call(without, "auth"), [{}]);
  });

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
    const error = next(refused, "connect_error");
    refused.connect();
    const [{ message, data }] = await error;
    assert.equal(message, "forbidden");
    assert.deepEqual(data, { code: 7 });
    assert.equal(refused.connected, false);

    const socket = manager.socket("/matrix");
    await connect(socket);
    assert.deepEqual(await call(socket, "where"), ["/matrix"]);
  });

  test("a namespace that does not exist is refused by name", async () => {
    const socket = context.clients.manager().socket("/no-such-namespace");
    const error = next(socket, "connect_error");
    socket.connect();
    assert.equal((await error)[0].message, "Invalid namespace");
  });

  test("several namespaces share one connection and are told apart", async () => {
    const manager = context.clients.manager();
    const root = manager.socket("/");
    const matrix = manager.socket("/matrix");
    await Promise.all([connect(root), connect(matrix)]);
    assert.equal(root.io.engine, matrix.io.engine);
    assert.notEqual(root.id, matrix.id);
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
    assert.equal(new Set(sockets.map((socket) => socket.id)).size, 30);
    const replies = await Promise.all(sockets.map((socket, i) => call(socket, "echo", i)));
    assert.deepEqual(replies, sockets.map((_, i) => [i]));
  });
}
