// A TCP link between client and server that a test can hold up.
import { once } from "node:events";
import net from "node:net";

export class Link {
  #server;
  #pairs = new Set();
  #frozen = false;
  #upgrades = Promise.resolve();

  /**
   * @param {number} target the server's port
   * @param {{ holdUpgrades?: boolean }} options whether requests for a WebSocket are kept back until releaseUpgrades(),
   *   so that an upgrade happens in the middle of what a test does
   */
  static async open(target, { holdUpgrades = false } = {}) {
    const link = new Link();
    if (holdUpgrades) link.#upgrades = new Promise((resolve) => (link.releaseUpgrades = resolve));
    link.#server = net.createServer((near) => link.#join(near, target));
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get url() { return `http://127.0.0.1:${this.#server.address().port}`; }

  /** From now on nothing passes, in either direction, and nobody is told. */
  freeze() {
    this.#frozen = true;
    for (const [near, far] of this.#pairs) {
      near.unpipe().pause();
      far.unpipe().pause();
    }
  }

  close() {
    this.#server.close();
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  #join(near, target) {
    const far = net.connect(target, "127.0.0.1");
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      if (this.#frozen) return;
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on("error", end);
    near.once("data", async (head) => {
      near.pause();
      if (head.toString("latin1").toLowerCase().includes("upgrade: websocket")) await this.#upgrades;
      far.write(head);
      near.pipe(far);
      far.pipe(near);
      if (this.#frozen) this.freeze();
    });
    near.on("close", end);
    far.on("close", end);
  }
}
