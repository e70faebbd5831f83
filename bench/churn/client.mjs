// Clients of every generation and transport, written out byte by byte: they can stop anywhere.
import { RawWebSocket, frame, opcode } from "../../tests/conformance/lib/frames.mjs";
import { Raw, request } from "../../tests/conformance/lib/raw.mjs";

// Longer than any poll waits, and than a busy machine takes.
const LIMIT_MS = 30_000;
const SEPARATOR = "\ufffd";

/** @typedef {{ version: 4 | 3 | 0.9, transport: "websocket" | "polling" | "upgrade" }} Kind */
/** @type {Kind[]} */
export const kinds = [
  { version: 4, transport: "websocket" }, { version: 4, transport: "polling" }, { version: 4, transport: "upgrade" },
  { version: 3, transport: "websocket" }, { version: 3, transport: "polling" },
  { version: 0.9, transport: "websocket" }, { version: 0.9, transport: "polling" },
];

/** How the polls of a generation carry packets. ASCII only: lengths are the same in bytes and characters. */
const payloads = {
  4: { encode: (packet) => packet, decode: (body) => body.split("\x1e") },
  3: {
    encode: (packet) => `${packet.length}:${packet}`,
    decode(body) {
      const packets = [];
      for (let at = 0; at < body.length; ) {
        const colon = body.indexOf(":", at);
        const end = colon + 1 + Number(body.slice(at, colon));
        packets.push(body.slice(colon + 1, end));
        at = end;
      }
      return packets;
    },
  },
  0.9: {
    encode: (packet) => packet,
    decode(body) {
      if (!body.startsWith(SEPARATOR)) return [body];
      return body.split(SEPARATOR).slice(1).filter((_, index) => index % 2 === 1);
    },
  },
};

class WebSocketWire {
  static async open(port, target) {
    const wire = new WebSocketWire();
    wire.socket = await RawWebSocket.connect(port, target);
    return wire;
  }
  async send(packet) { this.socket.write(frame(opcode.text, packet)); }
  async receive() {
    const message = await this.socket.message(LIMIT_MS);
    if (message === null || message.opcode === opcode.close) return null;
    return message.payload.toString();
  }
  stopReading() { this.socket.raw.stopReading(); }
  /** Leaves the server with the beginning of a message. */
  breakOff() { this.socket.write(frame(opcode.text, "half", { length: 1000 })); }
  destroy() { this.socket.destroy(); }
}

class PollingWire {
  #received = [];

  static async open(port, target, version) {
    const wire = new PollingWire();
    wire.payload = payloads[version];
    wire.target = target;
    wire.polls = await Raw.connect(port);
    wire.posts = await Raw.connect(port);
    return wire;
  }
  async send(packet) {
    const body = this.payload.encode(packet);
    this.posts.write(request("POST", this.target, { "Content-Type": "text/plain", "Content-Length": body.length }, body));
    const answer = await this.posts.answer({ limitMs: LIMIT_MS });
    if (answer?.status !== 200) throw new Error(`a POST was answered ${answer?.status}`);
  }
  async receive() {
    while (this.#received.length === 0) {
      if (this.stopped) return null;
      this.polls.write(request("GET", this.target));
      const answer = await this.polls.answer({ limitMs: LIMIT_MS });
      if (answer?.status !== 200) return null;
      this.#received = this.payload.decode(answer.body.toString());
    }
    return this.#received.shift();
  }
  stopReading() { this.stopped = true; }
  breakOff() { this.posts.write(request("POST", this.target, { "Content-Length": 1000 }, "half")); }
  destroy() {
    this.polls.destroy();
    this.posts.destroy();
  }
}

export class Client {
  #acks = 0;
  #lastPing = Date.now();

  /** Connects, and joins the default namespace. @param {Kind} kind */
  static async open(port, kind) {
    const client = new Client();
    client.kind = kind;
    client.wire = await (kind.version === 0.9 ? openOld(port, kind) : openEngine(port, kind));
    try {
      if (kind.version === 4) await client.wire.send("40");
      const joined = kind.version === 0.9 ? "1::" : "40";
      while (!(await client.#packet()).startsWith(joined));
    } catch (error) {
      client.destroy();
      throw error;
    }
    return client;
  }

  /** Sends an event; gives the id of the acknowledgement that is asked for. `data` is of plain JSON. */
  async emit(name, ...data) {
    const id = ++this.#acks;
    await this.wire.send(this.kind.version === 0.9 ? `5:${id}+::${JSON.stringify({ name, args: data })}`
                                                   : `42${id}${JSON.stringify([name, ...data])}`);
    return id;
  }

  /** What comes next: `{ id, data }`, an acknowledgement, or `{ name, data }`, an event. Throws at the end. */
  async next() {
    const packet = await this.#packet();
    const old = this.kind.version === 0.9;
    const ack = (old ? /^6:::(\d+)\+?(.*)$/s : /^43(\d+)(.*)$/s).exec(packet);
    if (ack) return { id: Number(ack[1]), data: JSON.parse(ack[2] || "[]") };
    const event = (old ? /^5:[^:]*:[^:]*:(.*)$/s : /^42(.*)$/s).exec(packet);
    if (!event) throw new Error(`nobody expects ${packet.slice(0, 100)}`);
    const data = JSON.parse(event[1]);
    return old ? { name: data.name, data: data.args ?? [] } : { name: data[0], data: data.slice(1) };
  }

  /** In Engine.IO 3 it is the client who pings: to be called every second while it lives. */
  async beat() {
    if (this.kind.version !== 3 || Date.now() - this.#lastPing < 500) return;
    this.#lastPing = Date.now();
    await this.wire.send("2");
  }

  /** Says goodbye. */
  async leave() {
    await this.wire.send(this.kind.version === 0.9 ? "0::" : "1").catch(() => {});
    this.destroy();
  }
  stopReading() { this.wire.stopReading(); }
  breakOff() { this.wire.breakOff(); }
  destroy() { this.wire.destroy(); }

  /** The next packet that is no heartbeat. */
  async #packet() {
    for (;;) {
      const packet = await this.wire.receive();
      if (packet === null) throw new Error("the connection has ended");
      if (this.kind.version === 0.9) {
        if (packet === "8::") continue;
        if (packet !== "2::") return packet;
        await this.wire.send("2::");
      } else if (packet === "2") {
        await this.wire.send("3");
      } else if (packet !== "3" && packet !== "6" && packet[0] !== "0") {
        return packet;
      }
    }
  }
}

async function openEngine(port, { version, transport }) {
  const target = `/socket.io/?EIO=${version}&transport=`;
  if (transport === "websocket") return WebSocketWire.open(port, `${target}websocket`);
  const polling = await PollingWire.open(port, `${target}polling`, version);
  const opening = await polling.receive();
  if (opening === null) throw new Error("no handshake");
  const { sid } = JSON.parse(opening.slice(1));
  polling.target += `&sid=${sid}`;
  if (transport === "polling") return polling;
  const websocket = await WebSocketWire.open(port, `${target}websocket&sid=${sid}`);
  await websocket.send("2probe");
  if ((await websocket.receive()) !== "3probe") throw new Error("the probe was not answered");
  await websocket.send("5");
  polling.destroy();
  return websocket;
}

async function openOld(port, { transport }) {
  const raw = await Raw.connect(port);
  const answer = await raw.write(request("GET", "/socket.io/1/")).answer({ limitMs: LIMIT_MS });
  raw.destroy();
  if (answer?.status !== 200) throw new Error(`the handshake was answered ${answer?.status}`);
  const sid = answer.body.toString().split(":")[0];
  if (transport === "websocket") return WebSocketWire.open(port, `/socket.io/1/websocket/${sid}`);
  return PollingWire.open(port, `/socket.io/1/xhr-polling/${sid}`, 0.9);
}
