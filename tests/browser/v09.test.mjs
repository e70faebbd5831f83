// The bundle of socket.io-client 0.9.17 that ships for browsers, in Chromium, over each transport that it has there, against
// the testbed's matrix port: JSONP's scripts and forms, and htmlfile's endless page, are real only here.
import { after, before, describe } from 'node:test';

import { releaseOf } from '../clients/lib/client.mjs';
import scenario from '../clients/scenario/v09.mjs';
import { describeClient, test } from '../support/results.mjs';
import { Testbed } from '../support/testbed.mjs';
import { BundlePage } from './lib/bundle.mjs';
import { launch } from './lib/people.mjs';

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
    const subject = { client: 'socket.io-client', version: releaseOf('0.9'), runtime: 'Chromium', transport, page: host };
    describeClient(subject, {}, () => {
      let opened;
      before(async () => {
        opened = await BundlePage.open(browser, { version: '0.9', host, port: testbed.matrixPort });
        await opened.page.addScriptTag({ content: HTMLFILE });
      });
      after(() => opened?.close());

      for (const what of Object.keys(scenario)) {
        test(what, () =>
          opened.page.evaluate(
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
