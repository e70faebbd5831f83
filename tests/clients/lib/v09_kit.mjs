// The client of 0.9 as its scenario uses it, in Node and in a page alike.
import { next } from "./waits.mjs";

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
    await next(socket, "connect");
    if (socket.socket.transport.name !== this.transport) throw new Error(`connected by ${socket.socket.transport.name}`);
    return socket;
  }

  async openSeveral(count) {
    return Promise.all(Array.from({ length: count }, () => this.open()));
  }

  close() {
    for (const socket of this.#sockets) {
      socket.socket.options.reconnect = false;
      socket.socket.disconnect();
    }
    this.#sockets = [];
  }
}
