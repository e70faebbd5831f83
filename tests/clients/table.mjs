// table.mjs DIRECTORY: writes what the tests have left in DIRECTORY (SIO_RESULTS) as a table into the project's README.md.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const README = new URL("../../README.md", import.meta.url);
const BEGIN = "<!-- results: written by tests/clients/table.mjs -->\n";
const END = "<!-- end of results -->\n";

// Each column, and the clients' names for it.
const columns = {
  polling: ["polling", "xhr-polling"],
  WebSocket: ["websocket"],
  upgrade: ["upgrade"],
  JSONP: ["jsonp", "jsonp-polling"],
  htmlfile: ["htmlfile"],
};

function protocolOf({ client, version }) {
  if (client !== "socket.io-client") return "Engine.IO 4, Socket.IO 5";
  const major = Number(version.split(".")[0]);
  return major === 0 ? "Socket.IO 0.9" : major < 3 ? "Engine.IO 3, Socket.IO 4" : "Engine.IO 4, Socket.IO 5";
}

function nameOf({ client, version, server }) {
  return `${client} ${version}${server ? `, server with \`${server}\`` : ""}`;
}

/** Runs of the same tests over the same transport (from pages of several origins) are one cell. */
function cell(results) {
  if (results.length === 0) return "";
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const [passed, tests] = [sum("passed"), sum("tests")];
  return passed === tests ? `${passed}` : `${passed} of ${tests}`;
}

// The official clients first, the newest of them first.
function compareRows([one], [other]) {
  return other.client.localeCompare(one.client)
    || other.version.localeCompare(one.version, "en", { numeric: true })
    || other.runtime.localeCompare(one.runtime)
    || one.server.localeCompare(other.server);
}

function table(results) {
  const rows = new Map();
  for (const result of results) {
    const key = [nameOf(result), result.runtime].join();
    rows.set(key, [...(rows.get(key) ?? []), result]);
  }
  const unknown = results.filter(({ transport }) => !Object.values(columns).flat().includes(transport));
  if (unknown.length > 0) throw new Error(`no column for ${unknown[0].transport}`);

  const lines = [...rows.values()].sort(compareRows).map((row) => [
    nameOf(row[0]), row[0].runtime, protocolOf(row[0]),
    ...Object.values(columns).map((names) => cell(row.filter(({ transport }) => names.includes(transport)))),
  ]);
  const heads = ["client", "in", "protocol", ...Object.keys(columns)];
  return [heads, heads.map(() => "---"), ...lines].map((line) => `| ${line.join(" | ")} |\n`.replace(/ {2,}/g, " ")).join("");
}

const directory = process.argv[2];
if (!directory) {
  console.error("usage: table.mjs DIRECTORY");
  process.exit(2);
}
const files = readdirSync(directory).filter((file) => file.endsWith(".json"));
if (files.length === 0) throw new Error(`no results in ${directory}`);
const results = files.map((file) => JSON.parse(readFileSync(path.join(directory, file), "utf8")));

const text = readFileSync(README, "utf8");
const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN}`);
writeFileSync(README, text.slice(0, begin + BEGIN.length) + "\n" + table(results) + "\n" + text.slice(end));
