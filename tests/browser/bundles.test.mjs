// The bundles of socket.io-client from 1.0 on that ship for browsers, in Chromium, over each transport that they have there,
// against the testbed's matrix port: XHR, JSONP's scripts and forms, Blobs and the rules for origins are real only here.
//
// SIO_CLIENT=4.8 limits it to one client version.
import { modesOf, versions } from '../clients/lib/client.mjs';
import scenario from '../clients/scenario/page.mjs';
import { describeBundles } from './lib/bundle.mjs';

const chosen = process.env.SIO_CLIENT ? [process.env.SIO_CLIENT] : versions;
const hosts = ['127.0.0.1', 'localhost'];

describeBundles('bundles in Chromium', {
  // JSONP is the slowest, and the last of the modes: first.
  runs: chosen.flatMap((version) =>
    modesOf(version).reverse().flatMap((transport) => hosts.map((host) => ({ version, transport, host })))),
  scenario,
  async play({ url, version, transport, what }) {
    const { Connections } = await import('/test/lib/connections.mjs');
    const tests = (await import('/test/scenario/page.mjs')).default;
    const clients = new Connections(window.io, version, transport, url);
    try {
      await tests[what](clients);
    } finally {
      clients.close();
    }
  },
});
