// What greenlets cost beside Boost.Fiber and gevent: the three programs in turns, the least of each figure.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = import.meta.dirname;

function programs(build) {
  const at = (name) => path.join(build, "bench", "greenlets", name);
  return [
    { name: "sio", command: [at("bench_greenlets")] },
    { name: "Boost.Fiber", command: [at("bench_fiber")] },
    { name: "gevent", command: ["/usr/bin/python3", path.join(here, "gevent_bench.py")] },
  ];
}

/** "switch    78 ns" -> ["switch", {"ns": 78}]; "... asleep at once  5.1 KB each, 900 ns from spawn to join" has both. */
function parse(line) {
  const [, name, rest] = line.match(/^(.*?) {2,}(.*)$/) ?? [];
  if (!name) return null;
  const figures = {};
  for (const [, figure, unit] of rest.matchAll(/([\d.]+) (ns|KB)/g)) figures[unit] = Number(figure);
  return [name, figures];
}

/** -> {names: of the programs, rows: Map of what was measured -> Map of program -> figures} */
export async function compare(build, repeat) {
  const rows = new Map();
  const names = new Set();
  const missing = new Map();
  for (let repetition = 0; repetition < repeat; ++repetition) {
    for (const { name, command: [file, ...args] } of programs(build)) {
      let output;
      try {
        if (!existsSync(file)) throw new Error(`there is no ${file}`);
        output = (await run("taskset", ["-c", "0", file, ...args], { timeout: 300_000 })).stdout;
      } catch (error) {
        missing.set(name, String(error.stderr || error.message).trim().split("\n").at(-1));
        continue;
      }
      names.add(name);
      for (const line of output.split("\n")) {
        const [row, figures] = parse(line) ?? [];
        if (!row) continue;
        if (!rows.has(row)) rows.set(row, new Map());
        const best = rows.get(row).get(name) ?? {};
        for (const [unit, figure] of Object.entries(figures)) best[unit] = Math.min(best[unit] ?? Infinity, figure);
        rows.get(row).set(name, best);
      }
    }
  }
  for (const [name, why] of missing) console.log(`not installed: ${name} (${why})`);
  return { names: [...names], rows };
}

const text = (figures) =>
  figures ? [figures.KB && `${figures.KB} kB`, `${figures.ns} ns`].filter(Boolean).join(", ") : "";

export function table({ names, rows }) {
  const lines = [`| | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`];
  for (const [row, of] of rows) lines.push(`| ${row} | ${names.map((name) => text(of.get(name))).join(" | ")} |`);
  return lines.join("\n") + "\n";
}
