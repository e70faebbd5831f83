// The common app and the testbed's options: pages, origins, limits by option, and the end.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Testbed } from "../support/testbed.mjs";
import { Polling, Socket, fetchText, pause } from "./lib/engine.mjs";
import { exchange, request } from "./lib/raw.mjs";

/** Runs `body` with a testbed of its own. */
async function withTestbed(args, body, options = {}) {
  const testbed = await Testbed.start({ conformance: false, args, ...options });
  try {
    await body(testbed);
  } finally {
    await testbed.stop();
  }
}

const handshake = "/socket.io/?EIO=4&transport=polling";
const upgrade = (port, headers) => exchange(port, request("GET", "/socket.io/?EIO=4&transport=websocket", {
  Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  ...headers,
}));

describe("the common app", () => {
  let testbed;
  const endpoint = () => `${testbed.url}/socket.io/`;
  before(async () => (testbed = await Testbed.start({ conformance: false })));
  after(() => testbed.stop());

  const join = async (nsp) => {
    const socket = await Socket.open(endpoint());
    socket.send(`40${nsp}`);
    assert.match(await socket.next(), new RegExp(`^40${nsp}\\{"sid":"[^"]+"\\}$`));
    return socket;
  };

  test("says the reference server's default times and limit", async () => {
    const { handshake: { sid, ...rest } } = await Polling.open(endpoint());
    assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1_000_000 });
  });

  for (const nsp of ["", "/matrix,"]) {
    test(`serves its events in ${nsp || "/"}`, async () => {
      const [one, two] = [await join(nsp), await join(nsp)];
      one.send(`42${nsp}1["echo",1,{"a":"ü"}]`);
      assert.equal(await one.next(), `43${nsp}1[1,{"a":"ü"}]`);
      one.send(`451-${nsp}2["echo",{"_placeholder":true,"num":0}]`, Buffer.from([1, 2]));
      assert.deepEqual(await one.several(2), [`461-${nsp}2[{"_placeholder":true,"num":0}]`, Buffer.from([1, 2])]);
      one.send(`42${nsp}["echo","nothing comes back"]`, `42${nsp}3["bcast","x",1]`);
      assert.deepEqual((await one.several(2)).sort(), [`42${nsp}["bcast","x",1]`, `43${nsp}3[]`].sort());
      assert.equal(await two.next(), `42${nsp}["bcast","x",1]`);
      one.send(`42${nsp}4["join","r"]`);
      assert.equal(await one.next(), `43${nsp}4["r"]`);
      two.send(`42${nsp}5["room","r",{"p":1}]`);
      assert.equal(await two.next(), `43${nsp}5[]`);
      assert.equal(await one.next(), `42${nsp}["room",{"p":1}]`);
      one.send(`42${nsp}6["leave","r"]`);
      assert.equal(await one.next(), `43${nsp}6["r"]`);
      two.send(`42${nsp}7["room","r",2]`);
      assert.equal(await two.next(), `43${nsp}7[]`);
      one.send(`42${nsp}["join",{"not":"a string"}]`, `42${nsp}8["echo"]`);
      assert.equal(await one.next(), `43${nsp}8[]`);
      one.close();
      two.close();
    });
  }

  test("has no other namespaces, and no other events", async () => {
    const socket = await join("");
    socket.send("40/custom,");
    assert.equal(await socket.next(), '44/custom,{"message":"Invalid namespace"}');
    socket.send('42["where"]', '421["echo"]');
    assert.equal(await socket.next(), "431[]");
    socket.close();
  });

  test("serves a page, static files and 404", async () => {
    const page = await fetchText(`${testbed.url}/`);
    assert.equal(page.status, 200);
    assert.match(page.headers["content-type"], /^text\/html/);
    assert.equal((await fetchText(`${testbed.url}/no/such/page`)).status, 404);
    assert.equal((await fetchText(`${testbed.url}/static/no-such-file.js`)).status, 404);
    assert.equal((await fetchText(`${testbed.url}/static`)).status, 404);
  });

  for (const path of ["/static/../CMakeLists.txt", "/static/%2e%2e/CMakeLists.txt", "/static/..%2fCMakeLists.txt",
                      "/static//etc/passwd", "/static/%00", "/static/..\\CMakeLists.txt", "/../../etc/passwd"]) {
    test(`${path} leads nowhere`, async () => {
      const answer = await exchange(testbed.port, request("GET", path));
      assert.ok([400, 404].includes(answer.status), `status ${answer.status}`);
    });
  }

  test("sends no CORS header", async () => {
    const { status, headers } = await fetchText(`${testbed.url}${handshake}`, { headers: { Origin: "http://other.example" } });
    assert.equal(status, 200);
    for (const name of Object.keys(headers)) assert.doesNotMatch(name, /^access-control-/);
  });

  test("lets a WebSocket open from its own pages and from programs, not from a foreign page", async () => {
    assert.equal((await upgrade(testbed.port, {})).status, 101);
    assert.equal((await upgrade(testbed.port, { Origin: "http://localhost" })).status, 101);
    assert.equal((await upgrade(testbed.port, { Origin: "http://evil.example" })).status, 403);
    assert.equal((await upgrade(testbed.port, { Origin: "http://localhost.evil.example" })).status, 403);
    assert.equal((await upgrade(testbed.port, { Origin: "null" })).status, 403);
  });
});

describe("cross-origin access", () => {
  test("with --allowed-origin the origin is answered, others are not", () =>
    withTestbed(["--allowed-origin", "http://good.example", "--allowed-origin", "https://also.example:8443"], async ({ url, port }) => {
      for (const origin of ["http://good.example", "https://also.example:8443"]) {
        const { headers } = await fetchText(`${url}${handshake}`, { headers: { Origin: origin } });
        assert.equal(headers["access-control-allow-origin"], origin);
        assert.match(headers.vary ?? "", /origin/i);
        assert.equal((await upgrade(port, { Origin: origin })).status, 101);
      }
      for (const origin of ["http://good.example.evil", "https://good.example", "http://good.example:81", "null"]) {
        const { headers } = await fetchText(`${url}${handshake}`, { headers: { Origin: origin } });
        assert.notEqual(headers["access-control-allow-origin"], origin);
        assert.notEqual(headers["access-control-allow-origin"], "*");
        assert.equal((await upgrade(port, { Origin: origin })).status, 403);
      }
    }));

  test("the suite port lets any origin in, also for errors and preflight requests", () =>
    withTestbed([], async ({ url, port }) => {
      const headers = { Origin: "http://other.example" };
      for (const path of ["/engine.io/", "/socket.io/"]) {
        const good = await fetchText(`${url}${path}?EIO=4&transport=polling`, { headers });
        assert.ok(["*", headers.Origin].includes(good.headers["access-control-allow-origin"]));
        const bad = await fetchText(`${url}${path}?EIO=4&transport=polling&sid=none`, { headers });
        assert.equal(bad.status, 400);
        assert.ok(["*", headers.Origin].includes(bad.headers["access-control-allow-origin"]));
        const preflight = await fetchText(`${url}${path}?EIO=4&transport=polling`, {
          method: "OPTIONS",
          headers: { ...headers, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type" },
        });
        assert.ok([200, 204].includes(preflight.status));
        assert.ok(["*", headers.Origin].includes(preflight.headers["access-control-allow-origin"]));
        assert.match(preflight.headers["access-control-allow-methods"], /POST/);
        assert.match(preflight.headers["access-control-allow-headers"], /content-type/i);
      }
      assert.equal((await upgrade(port, headers)).status, 101);
    }, { conformance: true }));

  test("the matrix port names the origin and allows credentials", () =>
    withTestbed([], async ({ matrixUrl }) => {
      const { headers } = await fetchText(`${matrixUrl}${handshake}`, { headers: { Origin: "http://other.example" } });
      assert.equal(headers["access-control-allow-origin"], "http://other.example");
      assert.equal(headers["access-control-allow-credentials"], "true");
      assert.match(headers.vary ?? "", /origin/i);
    }, { conformance: true }));
});

describe("options", () => {
  test("the times and the payload limit can be set", () =>
    withTestbed(["--ping-interval", "1234", "--ping-timeout", "567", "--max-payload", "1000"], async ({ url }) => {
      const session = await Polling.open(`${url}/socket.io/`);
      assert.equal(session.handshake.pingInterval, 1234);
      assert.equal(session.handshake.pingTimeout, 567);
      assert.equal(session.handshake.maxPayload, 1000);
      assert.equal((await session.post("40" + " ".repeat(999))).status, 413);
    }));

  test("without websocket nothing is upgraded to, without polling there is none", async () => {
    await withTestbed(["--transports", "polling"], async ({ url, port }) => {
      const session = await Polling.open(`${url}/socket.io/`);
      assert.deepEqual(session.handshake.upgrades, []);
      assert.equal((await upgrade(port, {})).status, 400);
    });
    await withTestbed(["--transports", "websocket"], async ({ url }) => {
      const { status, body } = await fetchText(`${url}${handshake}`);
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, 0);
      const socket = await Socket.open(`${url}/socket.io/`);
      assert.deepEqual(socket.handshake.upgrades, []);
      socket.close();
    });
  });

  test("a wrong command line is refused with one clear line", async () => {
    for (const args of [["--no-such-option"], ["--ping-interval", "soon"], ["--ping-interval"], ["--transports", "pigeon"]]) {
      await assert.rejects(Testbed.start({ conformance: false, args }), /ended before it was ready: \{"code":[1-9]/);
    }
  });

  test("a taken port is refused with one clear line", () =>
    withTestbed([], async ({ port }) => {
      await assert.rejects(Testbed.start({ conformance: false, port }), (error) => {
        assert.match(error.message, /"code":1/);
        assert.match(error.message.split("\n").filter(Boolean).slice(1).join("\n"), new RegExp(`${port}`));
        return true;
      });
    }));
});

describe("the end", () => {
  test("SIGTERM answers waiting polls, closes WebSockets, and ends with status 0", async () => {
    const testbed = await Testbed.start({ conformance: true, args: ["--ping-interval", "20000"] });
    const polls = [];
    for (const path of ["/engine.io/", "/socket.io/"]) {
      const session = await Polling.open(`${testbed.url}${path}`);
      if (path === "/socket.io/") {
        await session.post("40");
        await session.packets(2);
      }
      polls.push(session.poll());
    }
    const socket = await Socket.open(`${testbed.url}/engine.io/`);
    const plain = new Socket(`${testbed.url}/ws-echo`, { raw: true });
    assert.equal(await plain.opened, true);
    await pause(50);
    const start = Date.now();
    const stopped = testbed.stop();
    for (const { status, body } of await Promise.all(polls)) {
      assert.equal(status, 200);
      assert.match(body, /^[16]$|\x1e1$/);
    }
    await socket.closed();
    await plain.closed();
    await stopped;
    assert.ok(Date.now() - start < 5000, "it took its time");
  });
});
