// run.mjs [--testbed PATH] [--load PATH] [--repeat N] [--seconds S] [--all] [--only TEXT] [--json FILE] [--write]
//
// Runs every workload against every server, interleaved, several times, and prints medians with their spread. --write puts
// the table and the chart into docs/performance.md.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import { chart, short, table } from "./report.mjs";
import { servers, start } from "./servers.mjs";
import { workloads } from "./workloads.mjs";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const build = path.join(root, "build", "release");
const { values: options } = parseArgs({
  options: {
    testbed: { type: "string", default: path.join(build, "apps", "testbed", "testbed") },
    load: { type: "string", default: path.join(build, "bench", "load", "bench_load") },
    repeat: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    all: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const SERVER_CORE = 0;
const LOAD_CORE = 1;
const run = promisify(execFile);

async function measure(server, workload) {
  const { port, pid, stop } = await start(server, SERVER_CORE);
  try {
    // Node compiles what it runs often: a second of warm-up is for its sake.
    const timing = workload.idle ? [] : ["--seconds", options.seconds, "--warm-up", "1"];
    const { stdout } = await run("taskset", ["-c", String(LOAD_CORE), options.load, ...workload.args, ...timing,
      "--port", String(port), "--server", String(pid)], { timeout: 120_000 });
    return JSON.parse(stdout);
  } finally {
    await stop();
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function summary(runs, workload) {
  const figures = runs.map((one) => (workload.idle ? one.bytesPerConnection : one.perCpuSecond));
  const middle = median(figures);
  return {
    figure: middle,
    spread: middle ? Math.max(...figures.map((figure) => Math.abs(figure - middle))) / middle : 0,
    p99: median(runs.map((one) => one.latencyUs.p99)),
  };
}

const chosen = workloads.filter(({ name, quick }) => (options.all || options.only || quick) && name.includes(options.only));
const present = servers(options.testbed).filter(({ name, missing }) => {
  if (missing) console.log(`not installed: ${name} (${missing})`);
  return !missing;
});
const machine = `${os.cpus()[0].model}, ${os.cpus().length} cores, ${os.type()} ${os.release()}, Node ${process.version}`;
console.log(machine);
console.log(`per CPU second of the server, medians of ${options.repeat}; one core for the server, one for the load\n`);

const results = [];
for (const workload of chosen) {
  const runs = new Map(present.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < Number(options.repeat); ++repetition) {
    for (const server of present) {
      try {
        runs.get(server.name).push(await measure(server, workload));
      } catch (error) {
        console.log(`${workload.name}: ${server.name}: ${String(error.stderr || error.message).trim()}`);
      }
    }
  }
  console.log(workload.name + (workload.idle ? " (bytes of a connection)" : ""));
  const ours = runs.get("sio").length > 0 ? summary(runs.get("sio"), workload) : null;
  for (const [name, all] of runs) {
    if (all.length === 0) continue;
    const one = summary(all, workload);
    const ratio = ours && name !== "sio" ? `  sio: x ${(ours.figure / one.figure).toFixed(2)}` : "";
    const latency = workload.idle ? "" : `  p99 ${Math.round(one.p99)} us`;
    console.log(`  ${name.padEnd(28)} ${short(one.figure).padStart(8)}  +-${(one.spread * 100).toFixed(0)} %${latency}${ratio}`);
    results.push({ workload: workload.name, idle: Boolean(workload.idle), server: name, ...one, runs: all });
  }
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1));
if (options.write) write();

function write() {
  const page = path.join(root, "docs", "performance.md");
  const day = new Date().toISOString().slice(0, 10);
  const how = `${machine}, ${day}: \`bench/run ${process.argv.slice(2).join(" ")}\`, medians of ${options.repeat} and the largest ` +
    `deviation from them, per CPU second of the server process.`;
  const figures = `<!-- bench/run --write: from here -->\n${how}\n\n${table(results)}<!-- to here -->`;
  const text = readFileSync(page, "utf8").replace(/<!-- bench\/run --write: from here -->[^]*<!-- to here -->/, () => figures);
  writeFileSync(page, text);
  writeFileSync(path.join(root, "docs", "performance.svg"), chart(results, "Messages per CPU second of the server"));
}
