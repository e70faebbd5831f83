// The official client in Node, as the scenario uses it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { Connections } from "./connections.mjs";
import { becomePage } from "./page.mjs";

export { connect, modes, modesOf, settled, transportOf, versions } from "./connections.mjs";
export { call, collect, next, pause, until } from "./waits.mjs";

const require = createRequire(import.meta.url);

export class Clients extends Connections {
  constructor(version, mode, url) {
    if (mode === "jsonp") becomePage();
    super(require(`sio-${version}`), version, mode, url);
  }
}

/** The release of the package that is installed as `version`, in full. */
export function releaseOf(version) {
  const file = new URL(`../node_modules/sio-${version}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

/** Whatever the client gives for binary, as a Buffer. */
export function bytes(value) {
  return value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** 0, 1, 2, ... modulo 256. */
export function pattern(length) {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => i));
}
