// Pages of the testbed's matrix port that hold a client's bundle and the modules of tests/clients.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

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

export class BundlePage {
  #context;
  #problems = [];

  /** `host`: by which name the page has come, `127.0.0.1` or `localhost`. */
  static async open(browser, { version, host, port }) {
    const opened = new BundlePage();
    opened.#context = await browser.newContext();
    const page = await opened.#context.newPage();
    await page.route((url) => url.pathname.startsWith('/test/'), serve);
    page.on('pageerror', (error) => opened.#problems.push(String(error)));
    await page.goto(`http://${host}:${port}/`);
    await page.addScriptTag({ path: bundleOf(version) });
    if (PATCHES[version]) await page.addScriptTag({ content: PATCHES[version] });
    opened.page = page;
    return opened;
  }

  /** Nothing that the page did not catch may have been thrown in it. */
  async close() {
    await this.#context.close();
    assert.deepEqual(this.#problems, []);
  }
}
