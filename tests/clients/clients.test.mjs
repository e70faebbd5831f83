// The scenario: every official client, over every choice of transports, against the testbed's matrix port.
//
// SIO_CLIENT=4.8 limits it to one client version.
import { after, afterEach, before } from "node:test";

import { describeClient } from "../support/results.mjs";
import { Testbed } from "../support/testbed.mjs";
import { Clients, modesOf, releaseOf, versions } from "./lib/client.mjs";
import connecting from "./scenario/connecting.mjs";
import groups from "./scenario/groups.mjs";
import leaving from "./scenario/leaving.mjs";
import messages from "./scenario/messages.mjs";
import order from "./scenario/order.mjs";

const chosen = process.env.SIO_CLIENT ? [process.env.SIO_CLIENT] : versions;

for (const version of chosen) {
  for (const mode of modesOf(version)) {
    const subject = { client: "socket.io-client", version: releaseOf(version), runtime: "Node", transport: mode };
    describeClient(subject, { timeout: 120_000 }, () => {
      const context = { version, mode };
      before(async () => {
        context.testbed = await Testbed.start();
        context.clients = new Clients(version, mode, context.testbed.matrixUrl);
      });
      afterEach(() => context.clients.close());
      after(() => context.testbed.stop());

      for (const scenario of [connecting, messages, order, groups, leaving]) scenario(context);
    });
  }
}
