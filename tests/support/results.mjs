// describe() and test() of node:test, which also keep what became of the tests of each client: with SIO_RESULTS, the name of a
// directory, each describeClient() leaves a file there. tests/clients/table.mjs makes a table of them.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test as plainTest } from "node:test";

let current = null;

/**
 * @typedef {object} Subject
 * @property {string} client the client's name
 * @property {string} version its release, in full
 * @property {string} runtime what it runs in: "Node", "Chromium", "Python"
 * @property {string} transport
 * @property {string} [page] where the page comes from that runs it
 */

/** Like describe(); the tests that `body` defines are about `subject`. */
export function describeClient(subject, options, body) {
  const { client, version, runtime, transport, page } = subject;
  const where = page ? `${runtime}, page on ${page}` : runtime;
  describe(`${client} ${version} in ${where}: ${transport}`, options, () => {
    const result = { ...subject, server: process.env.SIO_TESTBED_ARGS ?? "", tests: 0, passed: 0 };
    after(() => write(result));
    const outer = current;
    current = result;
    try {
      body();
    } finally {
      current = outer;
    }
  });
}

/** Like test(). One that never ran has not passed. */
export function test(name, body) {
  const result = current;
  if (result) ++result.tests;
  plainTest(name, async (context) => {
    await body(context);
    if (result) ++result.passed;
  });
}

function write(result) {
  if (!process.env.SIO_RESULTS) return;
  const directory = path.resolve(process.env.SIO_RESULTS);
  const { client, version, runtime, transport, page = "", server } = result;
  const name = [client, version, runtime, transport, page, server].join(" ").trim().replace(/[^\w.]+/g, "-");
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, `${name}.json`), JSON.stringify(result, null, 2) + "\n");
}
