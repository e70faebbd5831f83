// A PostgreSQL server for one test; see postgres.py.
import { spawn } from "node:child_process";
import { once } from "node:events";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

export class PostgresServer {
  #child;
  #lines;

  static async start() {
    const server = new PostgresServer();
    server.#child = spawn(fileURLToPath(new URL("postgres.py", import.meta.url)), { stdio: ["pipe", "pipe", "inherit"] });
    server.#lines = readline.createInterface({ input: server.#child.stdout });
    const exit = once(server.#child, "exit").then(() => { throw new Error("there is no PostgreSQL server"); });
    const [ready] = await Promise.race([once(server.#lines, "line"), exit]);
    exit.catch(() => {});
    server.url = `postgresql://sio@127.0.0.1:${ready.split(" ")[1]}/postgres`;
    return server;
  }

  async restart() {
    const answer = once(this.#lines, "line");
    this.#child.stdin.write("restart\n");
    await answer;
  }

  async stop() {
    const exited = once(this.#child, "exit");
    this.#child.stdin.end();
    await exited;
  }
}
