// Runs every workload against every server, interleaved, several times, and prints medians with their spread.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

import * as greenlets from "./greenlets/compare.mjs";
import { chart, short, table } from "./report.mjs";
import { servers, start } from "./servers.mjs";
import { workloads } from "./workloads.mjs";

const usage = `bench/run [OPTION...]
  --all          every workload; otherwise the quick ones
  --only TEXT    the workloads whose names contain TEXT
  --greenlets    what greenlets cost, beside Boost.Fiber and gevent, instead
  --repeat N     how often each is measured (3)
  --seconds S    how long each time (2)
  --write        put the figures into docs/performance.md
  --json FILE    keep every run
  --testbed PATH, --load PATH   other programs than those of build/release`;
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const build = path.join(root, "build", "release");
const { values: options } = parseArgs({
  options: {
    testbed: { type: "string", default: path.join(build, "apps", "testbed", "testbed") },
    load: { type: "string", default: path.join(build, "bench", "load", "bench_load") },
    repeat: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    all: { type: "boolean", default: false },
    greenlets: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit();
}

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

const figureOf = (run, workload) => (workload.idle ? run.bytesPerConnection : run.perCpuSecond);

/** Of one server's runs, null where one failed; `ours` are sio's, of the same repetitions. */
function summary(runs, ours, workload) {
  const done = runs.filter(Boolean);
  const figures = done.map((run) => figureOf(run, workload));
  const middle = median(figures);
  // Run against run, side by side: a machine that is slower for a while then counts for neither.
  const pairs = runs.flatMap((run, i) => (run && ours[i] ? [figureOf(ours[i], workload) / figureOf(run, workload)] : []));
  return {
    figure: middle,
    spread: middle ? Math.max(...figures.map((figure) => Math.abs(figure - middle))) / middle : 0,
    ratio: runs !== ours && pairs.length > 0 ? median(pairs) : undefined,
    p99: median(done.map((run) => run.latencyUs.p99)),
  };
}

const chosen = workloads.filter(({ name, quick }) => (options.all || options.only || quick) && name.includes(options.only));
const present = servers(options.testbed, path.join(build, "bench", "floor", "bench_floor")).filter(({ name, missing }) => {
  if (missing) console.log(`not installed: ${name} (${missing})`);
  return !missing;
});
const machine = `${os.cpus()[0].model}, ${os.cpus().length} cores, ${os.type()} ${os.release()}, Node ${process.version}`;
console.log(machine);
if (options.greenlets) {
  const results = await greenlets.compare(build, Number(options.repeat));
  console.log(greenlets.table(results));
  if (options.write) write("greenlets", `the least of ${options.repeat} runs, in CPU time.`, greenlets.table(results));
  process.exit();
}
console.log(`per CPU second of the server, medians of ${options.repeat}; one core for the server, one for the load\n`);

const results = [];
for (const workload of chosen) {
  const measured = present.filter(({ websocketOnly }) => !(websocketOnly && workload.polling));
  const runs = new Map(measured.map(({ name }) => [name, []]));
  for (let repetition = 0; repetition < Number(options.repeat); ++repetition) {
    for (const server of measured) {
      try {
        runs.get(server.name)[repetition] = await measure(server, workload);
      } catch (error) {
        runs.get(server.name)[repetition] = null;
        console.log(`${workload.name}: ${server.name}: ${String(error.stderr || error.message).trim()}`);
      }
    }
  }
  console.log(workload.name + (workload.idle ? " (bytes of a connection)" : ""));
  for (const [name, all] of runs) {
    if (!all.some(Boolean)) continue;
    const one = summary(all, runs.get("sio"), workload);
    const ratio = one.ratio ? `  sio: x ${one.ratio.toFixed(2)}` : "";
    const latency = workload.idle ? "" : `  p99 ${Math.round(one.p99)} us`;
    console.log(`  ${name.padEnd(28)} ${short(one.figure).padStart(8)}  +-${(one.spread * 100).toFixed(0)} %${latency}${ratio}`);
    results.push({ workload: workload.name, idle: Boolean(workload.idle), server: name, ...one, runs: all });
  }
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 1));
if (options.write) {
  write("servers", `medians of ${options.repeat}, the largest deviation from them, and the median of the ratios of runs side by ` +
    "side, per CPU second of the server process.", table(results));
  writeFileSync(path.join(root, "docs", "performance.svg"), chart(results, "Messages per CPU second of the server"));
}

/** Puts a table in the place of the one that docs/performance.md has under this name. */
function write(name, how, rows) {
  const page = path.join(root, "docs", "performance.md");
  const day = new Date().toISOString().slice(0, 10);
  const [begin, end] = [`<!-- bench/run --write: ${name} -->`, "<!-- to here -->"];
  const command = `bench/run ${process.argv.slice(2).join(" ")}`;
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${text.slice(0, from)}${begin}\n${machine}, ${day}: \`${command}\`, ${how}\n\n${rows}${text.slice(to)}`);
}
