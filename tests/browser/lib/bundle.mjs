// Pages of the testbed's matrix port that hold a client's bundle and the modules of tests/clients, and the scenarios in them.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';

import { releaseOf } from '../../clients/lib/client.mjs';
import { describeClient, test } from '../../support/results.mjs';
import { useChromium, useTestbed } from './stage.mjs';

const CLIENTS = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../clients');

// What the package ships for browsers: 1.0 has it at the top.
function bundleOf(version) {
  const directory = path.join(CLIENTS, 'node_modules', `sio-${version}`);
  return [path.join(directory, 'dist/socket.io.js'), path.join(directory, 'socket.io.js')].find(existsSync);
}

// Modules under `/test/`, in the place of the server's. The page itself is the server's own: to one that came from nowhere
// Chromium gives no WebSocket to this machine.
async function serve(route) {
  const { pathname } = new URL(route.request().url());
  const body = await readFile(path.join(CLIENTS, pathname.replace('/test/', '')));
  return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body });
}

// 1.0 ends a JSONP connection with a new form, from which it takes the old form's iframe; the error makes it end the connection,
// and so on until the stack is full.
const PATCHES = {
  '1.0': `
    HTMLFormElement.prototype.removeChild = function (child) {
      return child.parentNode === this ? Node.prototype.removeChild.call(this, child) : child;
    };
  `,
};

class BundlePage {
  #context;
  #problems = [];

  /** `script`, if any, is run in the page behind the bundle. */
  static async open(browser, { version, host, port, script }) {
    const opened = new BundlePage();
    opened.#context = await browser.newContext();
    const page = await opened.#context.newPage();
    await page.route((url) => url.pathname.startsWith('/test/'), serve);
    page.on('pageerror', (error) => opened.#problems.push(String(error)));
    await page.goto(`http://${host}:${port}/`);
    await page.addScriptTag({ path: bundleOf(version) });
    for (const content of [PATCHES[version], script].filter(Boolean)) await page.addScriptTag({ content });
    opened.page = page;
    return opened;
  }

  /** Nothing that the page did not catch may have been thrown in it. */
  async close() {
    await this.#context.close();
    assert.deepEqual(this.#problems, []);
  }
}

// Pages at work at the same time. Half of what each does is wait; more than two are slowed down by each other on two cores.
const PAGES = 2;

/**
 * @typedef {object} Run
 * @property {string} version
 * @property {string} transport by the client's name for it, or the name of a mode of tests/clients
 * @property {string} host by which name the page has come. The server is 127.0.0.1: to it, pages of `localhost` are of another
 *   origin, and of another site.
 */

/**
 * Defines the tests of `scenario` for each of `runs`, in a page of its own.
 *
 * @param {Run[]} runs
 * @param {Record<string, unknown>} scenario its tests by their names
 * @param {(given: Run & { url: string, what: string }) => Promise<void>} play runs one of its tests; evaluated in
 *   the page, in which `/test/` is tests/clients
 * @param {string} [script] to be run in the page first
 */
export function describeBundles(title, { runs, scenario, play, script }) {
  describe(title, { timeout: 300_000, concurrency: PAGES }, () => {
    const chromium = useChromium();
    for (const run of runs) {
      const { version, transport, host: page } = run;
      const subject = { client: 'socket.io-client', version: releaseOf(version), runtime: 'Chromium', transport, page };
      describeClient(subject, {}, () => {
        // A server of its own: what one page says to everybody must not reach another.
        const server = useTestbed();
        let opened;
        before(async () => {
          opened = await BundlePage.open(chromium.browser, { ...run, port: server.testbed.matrixPort, script });
        });
        after(() => opened?.close());

        for (const what of Object.keys(scenario)) {
          test(what, () => opened.page.evaluate(play, { ...run, url: server.testbed.matrixUrl, what }));
        }
      });
    }
  });
}
