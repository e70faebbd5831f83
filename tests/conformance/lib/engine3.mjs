// Engine.IO 3 by hand: its two framings, and polling by XHR or by JSONP.
import vm from "node:vm";

import { fetchBytes } from "./engine.mjs";

/** Packets of a text payload: `6:4hello2:4€`. */
export function decodeText(payload) {
  const packets = [];
  for (let rest = payload; rest !== ""; ) {
    const [head, digits] = /^(\d+):/.exec(rest) ?? [];
    if (!head) throw new Error(`no length: ${rest.slice(0, 50)}`);
    const end = head.length + Number(digits);
    if (end > rest.length) throw new Error(`too short: ${rest.slice(0, 50)}`);
    packets.push(rest.slice(head.length, end));
    rest = rest.slice(end);
  }
  return packets;
}

/** Packets of a binary payload: strings, and Buffers that begin with the type. */
export function decodeBinary(payload) {
  const packets = [];
  for (let at = 0; at < payload.length; ) {
    const mark = payload.indexOf(0xff, at);
    const end = mark + 1 + Number([...payload.subarray(at + 1, mark)].join(""));
    const packet = payload.subarray(mark + 1, end);
    packets.push(payload[at] === 0 ? packet.toString() : packet);
    at = end;
  }
  return packets;
}

export function encodeText(packets) {
  return packets.map((packet) => `${packet.length}:${packet}`).join("");
}

export function encodeBinary(packets) {
  return Buffer.concat(packets.flatMap((packet) => {
    const bytes = Buffer.from(packet);
    const digits = [...String(bytes.length)].map(Number);
    return [Buffer.from([typeof packet === "string" ? 0 : 1, ...digits, 0xff]), bytes];
  }));
}

/** What a page's callback `___eio[index]` is given by a script. */
export function runScript(script, index) {
  const given = [];
  const callbacks = [];
  callbacks[index] = (payload) => given.push(payload);
  vm.runInNewContext(script, { ___eio: callbacks });
  if (given.length !== 1) throw new Error(`the callback was called ${given.length} times`);
  return given[0];
}

/** A polling session; `jsonp: true` has it poll by scripts and post by forms, as a page with a `<script>` does. */
export class Polling3 {
  #polls = 0;

  constructor(endpoint, { query = "", jsonp = false, headers = {} } = {}) {
    Object.assign(this, { endpoint, query, jsonp, headers });
  }

  static async open(endpoint, options) {
    const session = new Polling3(endpoint, options);
    [session.open, ...session.early] = await session.poll();
    if (session.open[0] !== "0") throw new Error(`handshake: ${session.open}`);
    session.handshake = JSON.parse(session.open.slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  url(more = "") {
    const sid = this.sid ? `&sid=${this.sid}` : "";
    return `${this.endpoint}?EIO=3&transport=polling${this.query}${sid}${more}`;
  }

  /** One GET, as it came: `{ status, headers, bytes }`. */
  get(more) {
    return fetchBytes(this.url(more), { headers: this.headers });
  }

  /** The packets of one poll. */
  async poll() {
    const index = this.#polls++;
    const { status, headers, bytes } = await this.get(this.jsonp ? `&j=${index}` : "");
    if (status !== 200) throw new Error(`poll: ${status} ${bytes}`);
    if (this.jsonp) return decodeText(runScript(bytes.toString(), index));
    return headers["content-type"] === "application/octet-stream" ? decodeBinary(bytes) : decodeText(bytes.toString());
  }

  /** Packets of polls until `count` have come, those that came with the handshake first. */
  async packets(count) {
    const packets = this.early.splice(0);
    while (packets.length < count) packets.push(...(await this.poll()));
    return packets;
  }

  post(...packets) {
    if (this.jsonp) {
      const lines = encodeText(packets).replace(/\\n/g, "\\\n").replace(/\n/g, "\\n");
      return this.send(new URLSearchParams({ d: lines }).toString(), "application/x-www-form-urlencoded", "&j=0");
    }
    if (packets.some((packet) => typeof packet !== "string")) {
      return this.send(encodeBinary(packets), "application/octet-stream");
    }
    return this.send(encodeText(packets));
  }

  send(body, type = "text/plain;charset=UTF-8", more = "") {
    return fetchBytes(this.url(more), { method: "POST", body, headers: { "Content-Type": type, ...this.headers } });
  }
}
