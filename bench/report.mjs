// What docs/performance.md shows of the results: a table and a chart.

/** 1234567 -> "1.23 M"; with the unit "B": "1.23 MB" */
export function short(number, unit = "") {
  for (const [prefix, size] of [["M", 1e6], ["k", 1e3]]) {
    if (number >= size) return `${(number / size).toPrecision(3)} ${prefix}${unit}`;
  }
  return `${Math.round(number)} ${unit}`.trimEnd();
}

const figureOf = (result, idle) => short(result.figure, idle ? "B" : "");

/** `results`: of run.mjs. -> [{workload, idle, servers: Map name -> result}] in their order */
function byWorkload(results) {
  const rows = new Map();
  for (const result of results) {
    if (!rows.has(result.workload)) rows.set(result.workload, { ...result, servers: new Map() });
    rows.get(result.workload).servers.set(result.server, result);
  }
  return [...rows.values()];
}

const namesOf = (results) => [...new Set(results.map(({ server }) => server))];

function cell(result, idle) {
  if (!result) return "";
  const figure = `${figureOf(result, idle)} ±${(result.spread * 100).toFixed(0)} %`;
  const times = result.ratio && (idle ? 1 / result.ratio : result.ratio);
  const ratio = times ? `, 1 : ${times.toFixed(times < 10 ? 2 : 1)}` : "";
  const latency = idle ? "" : `, p99 ${Number((result.p99 / 1000).toPrecision(2))} ms`;
  return figure + ratio + latency;
}

export function table(results) {
  const names = namesOf(results);
  const lines = [`| | ${names.join(" | ")} |`, `|---|${names.map(() => "---|").join("")}`];
  for (const { workload, idle, servers } of byWorkload(results)) {
    lines.push(`| ${workload} | ${names.map((name) => cell(servers.get(name), idle)).join(" | ")} |`);
  }
  return lines.join("\n") + "\n";
}

const colours = ["#c2410c", "#d6d3d1", "#64748b", "#0f766e", "#6d28d9"];
const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/** Bars for each workload, the longest of it as long as any. Readable on light and dark ground. */
export function chart(results, caption) {
  const names = namesOf(results);
  const rows = byWorkload(results);
  const left = 20;
  const width = 760;
  const bar = 15;
  const longest = 460;
  let y = 54;
  const parts = [];
  for (const { workload, idle, servers } of rows) {
    const most = Math.max(...[...servers.values()].map(({ figure }) => figure));
    parts.push(`<text x="${left}" y="${y}" class="head">${escape(workload)}${idle ? " (less is better)" : ""}</text>`);
    y += 8;
    for (const [index, name] of names.entries()) {
      const result = servers.get(name);
      if (!result) continue;
      const length = Math.max(2, (longest * result.figure) / most);
      parts.push(`<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${bar - 3}" rx="2" fill="${colours[index]}"/>`,
        `<text x="${(left + length + 6).toFixed(1)}" y="${y + bar - 5}">${figureOf(result, idle)} ${escape(name)}</text>`);
      y += bar;
    }
    y += 24;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img">
<title>${escape(caption)}</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2937; }
.head { font-weight: 600; }
@media (prefers-color-scheme: dark) { rect.ground { fill: #111827; } text { fill: #e5e7eb; } }
</style>
<rect class="ground" width="${width}" height="${y}" fill="#ffffff"/>
<text x="${left}" y="26">${escape(caption)}</text>
${parts.join("\n")}
</svg>
`;
}
