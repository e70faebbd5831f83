// The bundle of socket.io-client 0.9.17 that ships for browsers, in Chromium, over each transport that it has there, against
// the testbed's matrix port: JSONP's scripts and forms, and htmlfile's endless page, are real only here.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';

import scenario from '../clients/scenario/v09.mjs';
import { Testbed } from '../support/testbed.mjs';
import { launch } from './lib/people.mjs';

const CLIENTS = path.join(path.dirname(fileURLToPath(import.meta.url)), '../clients');

// What the bundle does in Internet Explorer with an ActiveX document, with an iframe of the page itself. The server's scripts
// call `parent.s._(payload, document)`.
const HTMLFILE = `
  const streams = new Set();
  window.s = {
    _(payload, frame) {
      for (const stream of streams) {
        if (stream.iframe && stream.iframe.contentDocument === frame) stream._(payload, frame);
      }
    },
  };
  Object.assign(io.Transport.htmlfile, { check: () => true, xdomainCheck: () => false });
  Object.assign(io.Transport.htmlfile.prototype, {
    get() {
      this.iframe = document.createElement('iframe');
      this.iframe.src = this.prepareUrl() + '?t=' + +new Date();
      streams.add(this);
      document.body.appendChild(this.iframe);
    },
    destroy() {
      streams.delete(this);
      if (this.iframe) this.iframe.remove();
      this.iframe = null;
    },
  });
`;

// Modules under `/test/`, in the place of the server's. The page itself is the server's own: to one that came from nowhere
// Chromium gives no WebSocket to this machine.
async function serve(route) {
  const { pathname } = new URL(route.request().url());
  const body = await readFile(path.join(CLIENTS, pathname.replace('/test/', '')));
  return route.fulfill({ contentType: 'text/javascript; charset=utf-8', body });
}

const runs = [
  { transport: 'websocket', host: '127.0.0.1' },
  { transport: 'xhr-polling', host: '127.0.0.1' },
  { transport: 'jsonp-polling', host: '127.0.0.1' },
  { transport: 'htmlfile', host: '127.0.0.1' },
  // Pages of another origin, to which `localhost` belongs.
  { transport: 'websocket', host: 'localhost' },
  { transport: 'xhr-polling', host: 'localhost' },
  { transport: 'jsonp-polling', host: 'localhost' },
];

describe('socket.io-client 0.9.17 in Chromium', { timeout: 500_000 }, () => {
  let testbed;
  let browser;
  before(async () => {
    testbed = await Testbed.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await testbed?.stop();
  });

  for (const { transport, host } of runs) {
    describe(`${transport}, page on ${host}`, () => {
      let context;
      let page;
      const problems = [];
      before(async () => {
        context = await browser.newContext();
        page = await context.newPage();
        await page.route((url) => url.pathname.startsWith('/test/'), serve);
        page.on('pageerror', (error) => problems.push(String(error)));
        await page.goto(`http://${host}:${testbed.matrixPort}/`);
        await page.addScriptTag({ path: path.join(CLIENTS, 'node_modules/sio-0.9/dist/socket.io.js') });
        await page.addScriptTag({ content: HTMLFILE });
      });
      after(async () => {
        await context?.close();
        assert.deepEqual(problems, []);
      });

      for (const what of Object.keys(scenario)) {
        test(what, () =>
          page.evaluate(
            async ({ url, name, which }) => {
              const { Kit } = await import('/test/lib/v09_kit.mjs');
              const tests = (await import('/test/scenario/v09.mjs')).default;
              const kit = new Kit(window.io, url, name);
              try {
                await tests[which](kit);
              } finally {
                kit.close();
              }
            },
            { url: testbed.matrixUrl, name: transport, which: what },
          ));
      }
    });
  }
});
