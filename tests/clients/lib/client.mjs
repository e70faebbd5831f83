// The official client, as the scenario uses it.
import { createRequire } from "node:module";

import { becomePage } from "./page.mjs";
import { binary, releases } from "./releases.mjs";

const require = createRequire(import.meta.url);
const LIMIT_MS = 10_000;

export const versions = Object.keys(releases);

export const modes = {
  polling: { transports: ["polling"], ends: "polling" },
  websocket: { transports: ["websocket"], ends: "websocket" },
  upgrade: { transports: ["polling", "websocket"], ends: "websocket" },
  jsonp: { transports: ["polling"], ends: "polling", options: { forceJSONP: true } },
};

/** The names of the modes that a version has. */
export function modesOf(version) {
  return Object.keys(modes).filter((mode) => mode !== "jsonp" || releases[version].generation === "eio3");
}

/** Opens connections of one client version over one choice of transports, and closes them when the test is over. */
export class Clients {
  #managers = new Set();
  #library;

  constructor(version, mode, url) {
    if (mode === "jsonp") becomePage();
    this.#library = require(`sio-${version}`);
    this.version = version;
    this.traits = releases[version];
    this.mode = mode;
    this.url = url;
  }

  /** A connection of its own, not yet opened: `manager.socket("/name", { auth })` opens it. */
  manager({ url = this.url, mode = this.mode, ...options } = {}) {
    const manager = new this.#library.Manager(url, {
      transports: modes[mode].transports,
      ...modes[mode].options,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
      autoConnect: false,
      ...options,
    });
    this.#managers.add(manager);
    return manager;
  }

  /** A socket of `/matrix` (or another namespace) on a connection of its own, connected. */
  async open({ nsp = "/matrix", auth, ...options } = {}) {
    const socket = this.manager(options).socket(nsp, { auth });
    await connect(socket);
    return socket;
  }

  /** Sockets of `/` and `/matrix` on one connection. Before 3.0, `/` cannot be had later than the connection. */
  async openBoth(options) {
    const manager = this.manager(options);
    const [root, matrix] = [manager.socket("/"), manager.socket("/matrix")];
    await Promise.all([connect(root), connect(matrix)]);
    return { root, matrix };
  }

  /** `bytes` as this client sends binary; see releases.mjs. */
  binary(bytes, kind) {
    return binary(this.version, bytes, kind);
  }

  async openSeveral(count, options) {
    return Promise.all(Array.from({ length: count }, () => this.open(options)));
  }

  close() {
    for (const manager of this.#managers) {
      manager.reconnection(false);
      manager._close ? manager._close() : manager.disconnect();
    }
    this.#managers.clear();
  }
}

function limited(promise, what, limitMs = LIMIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Connects a socket; fails when the server refuses it. */
export function connect(socket) {
  const connected = new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
    // How a refusal is told before 3.0; the error may be any value.
    socket.once("error", (error) => reject(error instanceof Error ? error : Object.assign(new Error("refused"), { error })));
  });
  socket.connect();
  return limited(connected, "connect");
}

/** Emits and waits for the acknowledgement; gives its arguments. */
export function call(socket, event, ...args) {
  return limited(new Promise((resolve) => socket.emit(event, ...args, (...reply) => resolve(reply))), `ack of ${event}`);
}

/** The arguments of the next `event`. */
export function next(emitter, event) {
  return limited(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);
}

/** The first arguments of the next `count` events; `seen` holds those that have come so far. */
export function collect(emitter, event, count) {
  const seen = [];
  const all = new Promise((resolve) => {
    const take = (value) => {
      seen.push(value);
      if (seen.length === count) {
        emitter.off(event, take);
        resolve(seen);
      }
    };
    emitter.on(event, take);
  });
  return Object.assign(limited(all, `${count} of ${event}`), { seen });
}

/** Waits until the connection uses the transport that its mode ends with. */
export async function settled(socket, mode) {
  const engine = socket.io.engine;
  if (engine.transport.name !== modes[mode].ends) await next(engine, "upgrade");
}

export function transportOf(socket) {
  return socket.io.engine.transport.name;
}

/** Whatever the client gives for binary, as a Buffer. */
export function bytes(value) {
  return value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** 0, 1, 2, ... modulo 256. */
export function pattern(length) {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => i));
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
