// RFC 6455 frames, written and read byte by byte, so that tests can also write wrong ones.
import { createHash, randomBytes } from "node:crypto";

import { Raw, request } from "./raw.mjs";

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** A frame from a client. `length` overrides what the header says, `lengthBytes` (1, 3, 9) how it says it. */
export function frame(code, payload = "", { fin = true, rsv = 0, masked = true, key, length, lengthBytes } = {}) {
  const data = Buffer.isBuffer(payload) ? payload : Buffer.from(payload);
  const size = length ?? data.length;
  const form = lengthBytes ?? (size < 126 ? 1 : size < 65536 ? 3 : 9);
  const header = Buffer.alloc(1 + form);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | code;
  header[1] = masked ? 0x80 : 0;
  if (form === 1) header[1] |= size;
  if (form === 3) { header[1] |= 126; header.writeUInt16BE(size, 2); }
  if (form === 9) { header[1] |= 127; header.writeBigUInt64BE(BigInt(size), 2); }
  if (!masked) return Buffer.concat([header, data]);
  const mask = key ?? randomBytes(4);
  if (mask.every((byte) => byte === 0)) return Buffer.concat([header, mask, data]);
  const hidden = Buffer.from(data);
  for (let i = 0; i < hidden.length; ++i) hidden[i] ^= mask[i & 3];
  return Buffer.concat([header, mask, hidden]);
}

export function closeFrame(code, reason = "") {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(opcode.close, payload);
}

/** The first frame of `data`, or undefined when it is not complete. */
function parse(data) {
  if (data.length < 2) return undefined;
  let size = data[1] & 127;
  let at = 2;
  if (size === 126) {
    if (data.length < 4) return undefined;
    size = data.readUInt16BE(2);
    at = 4;
  } else if (size === 127) {
    if (data.length < 10) return undefined;
    size = Number(data.readBigUInt64BE(2));
    at = 10;
  }
  if (data.length < at + size) return undefined;
  return {
    fin: (data[0] & 0x80) !== 0,
    rsv: (data[0] >> 4) & 7,
    opcode: data[0] & 15,
    masked: (data[1] & 0x80) !== 0,
    headerBytes: at,
    size: at + size,
    payload: data.subarray(at, at + size),
  };
}

/** A raw WebSocket: frames out, frames in, no automatic answers. */
export class RawWebSocket {
  constructor(raw) {
    this.raw = raw;
  }

  /** @param {Record<string, string>} headers more fields of the handshake */
  static async connect(port, target, headers = {}) {
    const raw = await Raw.connect(port);
    const key = randomBytes(16).toString("base64");
    raw.write(request("GET", target, {
      Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key, ...headers,
    }));
    const answer = await raw.answer();
    if (answer?.status !== 101) {
      raw.destroy();
      throw Object.assign(new Error(`refused with ${answer?.status}`), { answer });
    }
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    if (answer.headers["sec-websocket-accept"] !== accept) throw new Error("wrong Sec-WebSocket-Accept");
    return Object.assign(new RawWebSocket(raw), { handshake: answer });
  }

  write(bytes) {
    this.raw.write(bytes);
    return this;
  }

  /** The next frame; null when the connection ended instead. */
  async frame(limitMs) {
    const next = await this.raw.take(parse, "a frame", limitMs);
    if (next === null) return null;
    this.raw.consume(next.size);
    if (next.masked) throw new Error("a server must not mask its frames");
    if (next.rsv !== 0) throw new Error("a reserved bit is set and no extension was agreed on");
    const least = next.payload.length < 126 ? 2 : next.payload.length < 65536 ? 4 : 10;
    if (next.headerBytes !== least) throw new Error("the length is not in its shortest form");
    return next;
  }

  /** The next whole message `{ opcode, payload }`, of however many frames. */
  async message(limitMs) {
    const first = await this.frame(limitMs);
    if (first === null) return null;
    const parts = [first.payload];
    for (let last = first; !last.fin; ) {
      last = await this.frame(limitMs);
      parts.push(last.payload);
    }
    return { opcode: first.opcode, payload: parts.length === 1 ? first.payload : Buffer.concat(parts) };
  }

  /**
   * Expects a close frame and then the end of the connection; gives the code (1005 when there was none), or 1006 when
   * the connection ended without a close frame. Messages before it are dropped.
   */
  async closeCode(limitMs) {
    for (;;) {
      const next = await this.frame(limitMs);
      if (next === null) return 1006;
      if (next.opcode !== opcode.close) continue;
      await this.raw.closed(limitMs);
      return next.payload.length === 0 ? 1005 : next.payload.readUInt16BE();
    }
  }

  destroy() { this.raw.destroy(); }
}
