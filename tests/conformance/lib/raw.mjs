// A TCP connection on which a test writes exactly the bytes it wants, and reads HTTP answers.
import { once } from "node:events";
import net from "node:net";

const LIMIT_MS = 5_000;

export class Raw {
  #socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #waiting = [];

  static async connect(port) {
    const raw = new Raw();
    raw.#socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    raw.#socket.setNoDelay(true);
    raw.#socket.on("data", (data) => {
      raw.#received = Buffer.concat([raw.#received, data]);
      raw.#wake();
    });
    const ended = () => {
      raw.#ended = true;
      raw.#wake();
    };
    raw.#socket.on("end", ended).on("close", ended).on("error", ended);
    await once(raw.#socket, "connect");
    return raw;
  }

  /** Bytes received and not taken yet. */
  get received() { return this.#received; }
  get ended() { return this.#ended; }

  write(data) {
    this.#socket.write(data, "latin1");
    return this;
  }

  /** Writes, and waits until the system has taken it; false when the connection has failed. */
  written(data) {
    return new Promise((resolve) => this.#socket.write(data, "latin1", (error) => resolve(!error)));
  }

  /** Ends our half; the server may still answer. */
  end() { this.#socket.end(); }
  destroy() { this.#socket.destroy(); }
  stopReading() { this.#socket.pause(); }
  /** After stopReading(): takes one byte of what the socket has, and drops it. */
  readByte() { this.#socket.read(1); }

  /** Waits until `taken` of what has been received gives something other than undefined; null when the peer ended first. */
  async take(taken, what = "data", limitMs = LIMIT_MS) {
    const limit = Date.now() + limitMs;
    for (;;) {
      const result = taken(this.#received);
      if (result !== undefined) return result;
      if (this.#ended) return null;
      await this.#more(limit - Date.now(), what);
    }
  }

  /** Drops the first `count` bytes received. */
  consume(count) {
    this.#received = this.#received.subarray(count);
  }

  /** Waits for the end of the connection; gives how long that took, in milliseconds. */
  async closed(limitMs = LIMIT_MS) {
    const start = Date.now();
    while (!this.#ended) await this.#more(start + limitMs - Date.now(), "the end of the connection");
    return Date.now() - start;
  }

  /**
   * The next answer: `{ status, headers, body }`, header names in lower case. Null when the peer closed instead.
   * `toHead`: it answers a HEAD request and has no body.
   */
  async answer({ toHead = false, limitMs = LIMIT_MS } = {}) {
    const head = await this.take((data) => {
      const end = data.indexOf("\r\n\r\n");
      return end < 0 ? undefined : data.subarray(0, end + 4).toString("latin1");
    }, "the head of an answer", limitMs);
    if (head === null) return null;
    this.consume(head.length);
    const [line, ...fields] = head.trimEnd().split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1]);
    if (!status) throw new Error(`not a status line: ${JSON.stringify(line)}`);
    const headers = Object.create(null);
    for (const field of fields) {
      const colon = field.indexOf(":");
      const name = field.slice(0, colon).toLowerCase();
      const value = field.slice(colon + 1).trim();
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    const none = toHead || status < 200 || status === 204 || status === 304;
    return { status, headers, body: none ? Buffer.alloc(0) : await this.#body(headers, limitMs) };
  }

  async #body(headers, limitMs) {
    if (headers["transfer-encoding"] === "chunked") return this.#chunks(limitMs);
    if (headers["content-length"] === undefined) {
      await this.closed(limitMs);
      const rest = this.#received;
      this.consume(rest.length);
      return rest;
    }
    return this.#bytes(Number(headers["content-length"]), limitMs);
  }

  async #bytes(count, limitMs) {
    const bytes = await this.take((data) => (data.length < count ? undefined : Buffer.from(data.subarray(0, count))),
                                  `a body of ${count} bytes`, limitMs);
    if (bytes === null) throw new Error(`the connection ended within a body of ${count} bytes`);
    this.consume(count);
    return bytes;
  }

  async #chunks(limitMs) {
    const parts = [];
    for (;;) {
      const line = await this.take((data) => {
        const end = data.indexOf("\r\n");
        return end < 0 ? undefined : data.subarray(0, end).toString("latin1");
      }, "the size of a chunk", limitMs);
      if (line === null) throw new Error("the connection ended within a chunked body");
      this.consume(line.length + 2);
      const size = parseInt(line, 16);
      const chunk = await this.#bytes(size + 2, limitMs);
      if (size === 0) return Buffer.concat(parts);
      parts.push(chunk.subarray(0, size));
    }
  }

  #wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #more(limitMs, what) {
    let timer;
    await new Promise((resolve, reject) => {
      this.#waiting.push(resolve);
      timer = setTimeout(() => reject(new Error(`${what}: nothing in time; received so far: ` +
        JSON.stringify(this.#received.subarray(0, 300).toString("latin1")))), Math.max(0, limitMs));
    }).finally(() => clearTimeout(timer));
  }
}

/** A request as text. `headers` is an object or, for odd cases, a list of raw lines. */
export function request(method, target, headers = {}, body = "") {
  const lines = Array.isArray(headers) ? headers : Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, "Host: localhost", ...lines, "", body].join("\r\n");
}

/** Sends one request on a connection of its own and gives the answer. */
export async function exchange(port, bytes, options) {
  const raw = await Raw.connect(port);
  try {
    return await raw.write(bytes).answer(options);
  } finally {
    raw.destroy();
  }
}
