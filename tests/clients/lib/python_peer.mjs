// Debian's python3-socketio as a socket of the official client looks: SIO_PYTHON names the Python that has it.
import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("python_peer.py", import.meta.url));

const pack = (_, value) => (value?.type === "Buffer" ? { $bytes: Buffer.from(value.data).toString("base64") } : value);
const unpack = (_, value) => (typeof value?.$bytes === "string" ? Buffer.from(value.$bytes, "base64") : value);

class PythonSocket {
  #events = new EventEmitter().setMaxListeners(100);
  #acks = [];
  #child;

  static async open(url, transport) {
    const socket = new PythonSocket();
    await socket.#start(url, transport);
    return socket;
  }

  on(event, listener) { this.#events.on(event, listener); }
  once(event, listener) { this.#events.once(event, listener); }
  removeListener(event, listener) { this.#events.removeListener(event, listener); }

  emit(event, ...args) {
    const callback = typeof args.at(-1) === "function" ? args.pop() : null;
    this.#say("emit", event, args, callback && this.#acks.push(callback) - 1);
  }

  disconnect() {
    this.#say("disconnect");
    this.#child.stdin.end();
  }

  async #start(url, transport) {
    this.#child = spawn(process.env.SIO_PYTHON, [SCRIPT, url, transport], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin.on("error", () => {});  // it has gone
    readline.createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(JSON.parse(line, unpack)));
    const ended = once(this.#child, "exit").then(([status]) => {
      throw new Error(`the client in Python ended with status ${status}`);
    });
    ended.catch(() => {});
    await Promise.race([once(this.#events, "connect"), ended]);
  }

  #say(...message) {
    if (this.#child.stdin.writable) this.#child.stdin.write(JSON.stringify(message, pack) + "\n");
  }

  #take([what, ...rest]) {
    if (what === "ack") return this.#acks[rest[0]](...rest[1]);
    if (what === "connect") return this.#events.emit("connect");
    const [event, args] = rest;
    this.#events.emit(event, ...args, ...(event === "question" ? [(...reply) => this.#say("answer", reply)] : []));
  }
}

export class PythonClients {
  #sockets = [];
  #url;
  #transport;

  constructor(transport, url) {
    this.#transport = transport;
    this.#url = url;
  }

  async open() {
    const socket = await PythonSocket.open(this.#url, this.#transport);
    this.#sockets.push(socket);
    return socket;
  }

  binary(bytes) {
    return Buffer.from(bytes);
  }

  close() {
    for (const socket of this.#sockets.splice(0)) socket.disconnect();
  }
}
