// The bundles of socket.io-client from 1.0 on that ship for browsers, in Chromium, over each transport that they have there,
// against the testbed's matrix port: XHR, JSONP's scripts and forms, Blobs and the rules for origins are real only here.
//
// SIO_CLIENT=4.8 limits it to one client version.
import { after, before, describe } from 'node:test';

import { modesOf, releaseOf, versions } from '../clients/lib/client.mjs';
import scenario from '../clients/scenario/page.mjs';
import { describeClient, test } from '../support/results.mjs';
import { Testbed } from '../support/testbed.mjs';
import { BundlePage } from './lib/bundle.mjs';
import { launch } from './lib/people.mjs';

const chosen = process.env.SIO_CLIENT ? [process.env.SIO_CLIENT] : versions;
// The server is 127.0.0.1: to it, pages of `localhost` are of another origin, and of another site.
const hosts = ['127.0.0.1', 'localhost'];

describe('bundles in Chromium', { timeout: 550_000 }, () => {
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

  const runs = chosen.flatMap((version) => modesOf(version).flatMap((mode) => hosts.map((host) => ({ version, mode, host }))));
  for (const { version, mode, host } of runs) {
    const subject = { client: 'socket.io-client', version: releaseOf(version), runtime: 'Chromium', transport: mode, page: host };
    describeClient(subject, {}, () => {
      let opened;
      before(async () => {
        opened = await BundlePage.open(browser, { version, host, port: testbed.matrixPort });
      });
      after(() => opened?.close());

      for (const what of Object.keys(scenario)) {
        test(what, () =>
          opened.page.evaluate(
            async ({ url, of, by, which }) => {
              const { Connections } = await import('/test/lib/connections.mjs');
              const tests = (await import('/test/scenario/page.mjs')).default;
              const clients = new Connections(window.io, of, by, url);
              try {
                await tests[which](clients);
              } finally {
                clients.close();
              }
            },
            { url: testbed.matrixUrl, of: version, by: mode, which: what },
          ));
      }
    });
  }
});
