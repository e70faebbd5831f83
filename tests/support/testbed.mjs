// Runs the testbed (or any other server with its command line) for tests and benchmarks.
//
// SIO_TESTBED names the executable; SIO_TESTBED_ARGS, with spaces between, are options for each instance. Each instance listens on ports that were free a moment before, and is ended by its
// own process id.
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import readline from "node:readline";

const START_LIMIT_MS = 10_000;
const STOP_LIMIT_MS = 15_000;
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => process.exit(1));

export class Testbed {
  #child;
  #exited;
  #stderr = "";

  /**
   * @param {{ conformance?: boolean, args?: string[], port?: number, prefix?: string[] }} options `args` follow the port;
   *   `prefix` goes before the executable (`taskset -c 0`).
   */
  static async start({ conformance = true, args = [], port, prefix = [] } = {}) {
    const executable = process.env.SIO_TESTBED;
    const common = process.env.SIO_TESTBED_ARGS?.split(" ").filter(Boolean) ?? [];
    if (!executable) throw new Error("SIO_TESTBED must name the testbed's executable");
    for (let attempt = 1; ; ++attempt) {
      const testbed = new Testbed();
      testbed.port = port ?? (await freePortPair());
      const all = [String(testbed.port), ...(conformance ? ["--conformance"] : []), ...common, ...args];
      try {
        await testbed.#run([...prefix, executable, ...all]);
        return testbed;
      } catch (error) {
        // Between the look for a free port and its use another process may have taken it.
        if (port !== undefined || attempt === 3) throw error;
      }
    }
  }

  get pid() { return this.#child.pid; }
  get url() { return `http://127.0.0.1:${this.port}`; }
  get matrixPort() { return this.port + 1; }
  get matrixUrl() { return `http://127.0.0.1:${this.matrixPort}`; }
  /** What the server wrote to standard error so far. */
  get stderr() { return this.#stderr; }

  /** Ends the server by SIGTERM and expects exit status 0 within the limit. */
  async stop() {
    const { code, signal } = await this.#end("SIGTERM");
    if (code !== 0) throw new Error(`the testbed ended with ${signal ?? `status ${code}`}\n${this.#stderr}`);
  }

  /** Ends the server as a crash would. */
  async crash() {
    await this.#end("SIGKILL");
  }

  async #run(command) {
    const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    running.add(child);
    child.stderr.setEncoding("utf8").on("data", (text) => (this.#stderr = (this.#stderr + text).slice(-100_000)));
    this.#exited = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
      });
    });
    const lines = readline.createInterface({ input: child.stdout });
    const ready = once(lines, "line");
    const timer = setTimeout(() => child.kill("SIGKILL"), START_LIMIT_MS);
    try {
      const first = await Promise.race([ready.then(() => "ready"), this.#exited]);
      if (first !== "ready") {
        throw new Error(`${command.join(" ")} ended before it was ready: ${JSON.stringify(first)}\n${this.#stderr}`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #end(signal) {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_LIMIT_MS);
    const status = await this.#exited;
    clearTimeout(timer);
    return status;
  }
}

/** A port that is free together with the one after it. */
async function freePortPair() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
