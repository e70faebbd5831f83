// Who is measured. Each is started anew for each measurement, on a core of its own.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const peer = (engine) => (port) => [process.execPath, path.join(here, "peers", "socket_io.mjs"), String(port), engine];

/** `testbed`, `floor`: executables. A server that cannot run here has `missing`, the reason; `websocketOnly`: no polling. */
export function servers(testbed, floor) {
  return [
    { name: "sio", command: (port) => [testbed, String(port)] },
    { name: "the floor", command: (port) => [floor, String(port)], websocketOnly: true },
    { name: "socket.io on ws", command: peer("ws") },
    { name: "socket.io on eiows", command: peer("eiows"), missing: cannotLoad("eiows") },
    { name: "socket.io on uWebSockets.js", command: peer("uws"), missing: cannotLoad("@trufflesuite/uws-js-unofficial") },
  ];
}

function cannotLoad(name) {
  try {
    require(name);
    return null;
  } catch (error) {
    return error.message.split("\n")[0];
  }
}

export async function start(server, core) {
  const port = await freePort();
  const child = spawn("taskset", ["-c", String(core), ...server.command(port)], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const line = new Promise((resolve) => readline.createInterface({ input: child.stdout }).once("line", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const first = await Promise.race([line, exited]);
  clearTimeout(timer);
  if (typeof first !== "string") throw new Error(`${server.name} did not start`);
  const stop = async () => {
    child.kill("SIGTERM");
    const last = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await exited;
    clearTimeout(last);
  };
  // taskset replaces itself by the server: the process id is the server's.
  return { port, pid: child.pid, stop };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
