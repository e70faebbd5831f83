// The clients from 1.0 on, as their scenarios use them, in Node and in a page alike.
import { binary, releases } from "./releases.mjs";
import { limited, next } from "./waits.mjs";

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
export class Connections {
  #managers = new Set();
  #library;

  /** `library`: what that version exports. */
  constructor(library, version, mode, url) {
    this.#library = library;
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

  /** `bytes` as this client sends binary in Node; see releases.mjs. */
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

/** Waits until the connection uses the transport that its mode ends with. */
export async function settled(socket, mode) {
  const engine = socket.io.engine;
  if (engine.transport.name !== modes[mode].ends) await next(engine, "upgrade");
}

export function transportOf(socket) {
  return socket.io.engine.transport.name;
}
