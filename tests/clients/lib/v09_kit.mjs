// The client of 0.9 as its scenario uses it, in Node and in a page alike: nothing is imported.

const LIMIT_MS = 10_000;

export function limited(promise, what, limitMs = LIMIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${limitMs} ms`)), limitMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** JSON is all that this protocol carries, so that JSON tells whether two values are the same. */
export function same(actual, expected, what = "") {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what} got ${got?.slice(0, 500)}, expected ${wanted?.slice(0, 500)}`);
}

export class Kit {
  #sockets = [];

  /** `io`: the library. `url`: of the matrix port. `transport`: the one to use. */
  constructor(io, url, transport) {
    this.io = io;
    this.url = url;
    this.transport = transport;
  }

  /** A connection of its own, its socket not yet connected. */
  begin(nsp = "/matrix", query = "", options = {}) {
    const socket = this.io.connect(this.url + nsp + query, {
      "force new connection": true,
      transports: [this.transport],
      "reconnection delay": 50,
      "try multiple transports": false,
      ...options,
    });
    this.#sockets.push(socket);
    return socket;
  }

  /** The same, connected to its namespace. */
  async open(nsp, query, options) {
    const socket = this.begin(nsp, query, options);
    await this.next(socket, "connect");
    if (socket.socket.transport.name !== this.transport) throw new Error(`connected by ${socket.socket.transport.name}`);
    return socket;
  }

  async openSeveral(count) {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }

  /** Emits and waits for the acknowledgement; gives its arguments. */
  call(socket, event, ...args) {
    return limited(new Promise((resolve) => socket.emit(event, ...args, (...reply) => resolve(reply))), `ack of ${event}`);
  }

  /** The arguments of the next `event`. */
  next(emitter, event) {
    return limited(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), event);
  }

  /** The first arguments of the next `count` events. */
  collect(emitter, event, count) {
    const seen = [];
    return limited(
      new Promise((resolve) => {
        emitter.on(event, (value) => {
          seen.push(value);
          if (seen.length === count) resolve(seen);
        });
      }),
      `${count} of ${event}`,
    );
  }

  close() {
    for (const socket of this.#sockets) {
      socket.socket.options.reconnect = false;
      socket.socket.disconnect();
    }
    this.#sockets = [];
  }
}
