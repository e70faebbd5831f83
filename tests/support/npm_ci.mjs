// npm_ci.mjs DIRECTORY: installs what the directory's lock file says, unless that has been done already.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const directory = process.argv[2];
if (!directory) {
  console.error("usage: npm_ci.mjs DIRECTORY");
  process.exit(2);
}
const digest = createHash("sha256").update(readFileSync(path.join(directory, "package-lock.json"))).digest("hex");
const stamp = path.join(directory, "node_modules", ".sio-installed");
if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) process.exit(0);

const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: directory, stdio: "inherit" });
if (npm.status !== 0) process.exit(npm.status ?? 1);
writeFileSync(stamp, digest);
