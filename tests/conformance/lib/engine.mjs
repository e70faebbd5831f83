// Engine.IO 4 by hand: polls, posts and WebSocket messages as the tests want them.
import http from "node:http";

import WebSocket from "ws";

const agent = new http.Agent({ keepAlive: true });
const LIMIT_MS = 5_000;

/** One HTTP request; gives `{ status, headers, body }`, the body as text. */
export async function fetchText(url, options) {
  const { status, headers, bytes } = await fetchBytes(url, options);
  return { status, headers, body: bytes.toString() };
}

/** The same with the body as a Buffer, `bytes`. */
export function fetchBytes(url, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(url, { method, headers, agent, timeout: LIMIT_MS }, (incoming) => {
      const parts = [];
      incoming.on("data", (part) => parts.push(part));
      incoming.on("end", () => resolve({
        status: incoming.statusCode, headers: incoming.headers, bytes: Buffer.concat(parts),
      }));
      incoming.on("error", reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${method} ${url}: no answer within ${LIMIT_MS} ms`)));
    outgoing.on("error", reject);
    if (body === undefined) outgoing.end();
    else outgoing.end(body);
  });
}

export class Polling {
  constructor(endpoint, sid, handshake) {
    Object.assign(this, { endpoint, sid, handshake });
  }

  /** @param {string} endpoint `http://127.0.0.1:3000/engine.io/` */
  static async open(endpoint) {
    const { status, body } = await fetchText(`${endpoint}?EIO=4&transport=polling`);
    if (status !== 200 || body[0] !== "0") throw new Error(`handshake: ${status} ${body}`);
    const handshake = JSON.parse(body.slice(1));
    return new Polling(endpoint, handshake.sid, handshake);
  }

  get url() { return `${this.endpoint}?EIO=4&transport=polling&sid=${this.sid}`; }

  poll() { return fetchText(this.url); }

  post(body, headers = { "Content-Type": "text/plain;charset=UTF-8" }) {
    return fetchText(this.url, { method: "POST", body, headers });
  }

  /** Packets of the following polls, without pings (which are answered), until `count` have come. */
  async packets(count) {
    const packets = [];
    const limit = Date.now() + LIMIT_MS;
    while (packets.length < count) {
      if (Date.now() > limit) throw new Error(`${count} packets: only ${JSON.stringify(packets)} within ${LIMIT_MS} ms`);
      const { status, body } = await this.poll();
      if (status !== 200) throw new Error(`poll: ${status} ${body}`);
      for (const packet of body.split("\x1e")) {
        if (packet === "2") await this.post("3");
        else packets.push(packet);
      }
    }
    return packets;
  }
}

/** A WebSocket whose messages are read one after the other. */
export class Socket {
  #messages = [];
  #waiting = [];
  #closed = null;

  /** @param {string} endpoint as for Polling; `query` goes behind `EIO=4&transport=websocket` */
  constructor(endpoint, { version = 4, query = "", headers = {}, answerPings = true, raw = false, ...options } = {}) {
    const url = raw ? endpoint : `${endpoint}?EIO=${version}&transport=websocket${query}`;
    this.ws = new WebSocket(url.replace("http", "ws"), {
      headers, perMessageDeflate: false, handshakeTimeout: LIMIT_MS, ...options,
    });
    this.opened = new Promise((resolve) => this.ws.once("open", () => resolve(true)).once("close", () => resolve(false)));
    this.ws.on("error", ({ message }) => {
      const status = /^Unexpected server response: (\d+)$/.exec(message)?.[1];
      if (status) this.refusedWith = Number(status);
    });
    this.ws.on("message", (data, binary) => {
      const message = binary ? data : data.toString();
      if (message === "2" && answerPings) {
        this.send("3");
        return;
      }
      this.#messages.push({ message, at: Date.now() });
      this.#wake();
    });
    this.ws.on("close", (code) => {
      this.#closed = { code, at: Date.now() };
      this.#wake();
    });
  }

  /** Opens a session; `session.handshake` is what the server said. */
  static async open(endpoint, options) {
    const socket = new Socket(endpoint, options);
    const first = await socket.next();
    if (typeof first !== "string" || first[0] !== "0") throw new Error(`handshake: ${first}`);
    socket.handshake = JSON.parse(first.slice(1));
    return socket;
  }

  send(...messages) {
    for (const message of messages) if (this.ws.readyState === WebSocket.OPEN) this.ws.send(message);
    return this;
  }

  /** The next message: text, or a Buffer. Fails when the WebSocket closes instead. */
  async next() {
    return (await this.nextAt()).message;
  }

  /** The same with the time of its arrival, in milliseconds of Date.now(). */
  async nextAt() {
    while (this.#messages.length === 0) {
      if (this.#closed) throw new Error(`closed with ${this.#closed.code}`);
      await this.#more("a message");
    }
    return this.#messages.shift();
  }

  async several(count) {
    const messages = [];
    while (messages.length < count) messages.push(await this.next());
    return messages;
  }

  /** Waits for the close: `{ code, at }`. */
  async closed() {
    while (!this.#closed) await this.#more("the close");
    return this.#closed;
  }

  get isClosed() { return this.#closed !== null; }
  get pending() { return this.#messages.length; }

  close() { this.ws.terminate(); }

  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #more(what) {
    let timer;
    await new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => reject(new Error(`${what}: nothing within ${LIMIT_MS} ms`)), LIMIT_MS);
    }).finally(() => clearTimeout(timer));
  }
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Fails unless the server opens a session and echoes: what every attack's test ends with. */
export async function expectAlive(testbed) {
  const socket = await Socket.open(`${testbed.url}/engine.io/`);
  const echoed = await socket.send("4alive").next();
  socket.close();
  if (echoed !== "4alive") throw new Error(`an echo gave ${echoed}`);
}

/** Resident memory of a process in bytes. */
export async function residentBytes(pid) {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024;
}
