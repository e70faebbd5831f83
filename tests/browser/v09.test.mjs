// The bundle of socket.io-client 0.9.17 that ships for browsers, in Chromium, over each transport that it has there, against
// the testbed's matrix port: JSONP's scripts and forms, and htmlfile's endless page, are real only here.
import scenario from '../clients/scenario/v09.mjs';
import { describeBundles } from './lib/bundle.mjs';

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

const run = (transport, host) => ({ version: '0.9', transport, host });

describeBundles('socket.io-client 0.9.17 in Chromium', {
  // The slowest first.
  runs: [
    run('jsonp-polling', 'localhost'),
    run('jsonp-polling', '127.0.0.1'),
    run('xhr-polling', '127.0.0.1'),
    run('xhr-polling', 'localhost'),
    // A frame of another origin cannot reach its page.
    run('htmlfile', '127.0.0.1'),
    run('websocket', '127.0.0.1'),
    run('websocket', 'localhost'),
  ],
  script: HTMLFILE,
  scenario,
  async play({ url, transport, what }) {
    const { Kit } = await import('/test/lib/v09_kit.mjs');
    const tests = (await import('/test/scenario/v09.mjs')).default;
    const kit = new Kit(window.io, url, transport);
    try {
      await tests[what](kit);
    } finally {
      kit.close();
    }
  },
});
