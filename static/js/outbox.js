// Messages on their way to the server. Each has an id made here, by which the server knows a repeat: whatever happens
// to the connection, or to this page (the outbox outlives a reload), a message is stored once.

import { randomId, read, write } from './identity.js';

const MOST_ATTEMPTS = 3;

export class Outbox {
  #entries = [];
  #busy = false;
  #key;

  // send(entry) resolves with [true, message] or [false, { code, message, retry_after_ms? }], rejects when no answer came.
  constructor({ room, timeline, send, isReady, onNicknameLost }) {
    this.#key = `outbox:${room}`;
    this.timeline = timeline;
    this.send = send;
    this.isReady = isReady;
    this.onNicknameLost = onNicknameLost;
    timeline.addEventListener('retry', ({ detail }) => this.retry(detail));
    timeline.addEventListener('discard', ({ detail }) => this.discard(detail));
    this.#entries = JSON.parse(read('sessionStorage', this.#key) ?? '[]');
    for (const entry of this.#entries) {
      timeline.addPending(entry);
      if (entry.failed) {
        timeline.fail(entry.clientId, entry.failed);
      }
    }
  }

  get waiting() {
    return this.#entries.filter((entry) => !entry.failed).length;
  }

  submit(text, nickname) {
    const entry = { clientId: randomId(), text, nickname, at: Date.now(), attempts: 0, failed: '' };
    this.#entries.push(entry);
    this.#save();
    this.timeline.addPending(entry);
    this.pump();
  }

  // The history showed that the server has it: its acknowledgement was lost with the connection.
  settle(clientId) {
    this.#entries = this.#entries.filter((entry) => entry.clientId !== clientId);
    this.#save();
  }

  retry(clientId) {
    const entry = this.#entries.find((candidate) => candidate.clientId === clientId);
    if (entry) {
      entry.failed = '';
      entry.attempts = 0;
      this.#save();
      this.timeline.pending(clientId);
      this.pump();
    }
  }

  discard(clientId) {
    this.settle(clientId);
    this.timeline.discard(clientId);
  }

  // One at a time, so that what was written first is stored first.
  async pump() {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    try {
      for (;;) {
        const entry = this.#entries.find((candidate) => !candidate.failed);
        if (!entry) {
          return;
        }
        if (!this.isReady()) {
          this.#showWaiting();
          return;
        }
        await this.#attempt(entry);
      }
    } finally {
      this.#busy = false;
    }
  }

  async #attempt(entry) {
    this.timeline.pending(entry.clientId);
    let answer;
    try {
      answer = await this.send(entry);
    } catch {
      entry.attempts += 1;
      if (this.isReady() && entry.attempts >= MOST_ATTEMPTS) {
        this.#fail(entry, 'The server did not answer.');
      }
      return;
    }
    const [stored, info] = answer;
    if (stored) {
      this.settle(entry.clientId);
      this.timeline.confirm(entry.clientId, info);
    } else if (info?.code === 'slow_down') {
      this.timeline.pending(entry.clientId, 'Waiting a moment…');
      await new Promise((resolve) => setTimeout(resolve, info.retry_after_ms ?? 1000));
    } else if (info?.code === 'no_nickname') {
      this.onNicknameLost();
    } else {
      this.#fail(entry, info?.message ?? 'The server refused it.');
    }
  }

  #fail(entry, reason) {
    entry.failed = reason;
    this.#save();
    this.timeline.fail(entry.clientId, reason);
  }

  #showWaiting() {
    for (const entry of this.#entries) {
      if (!entry.failed) {
        this.timeline.pending(entry.clientId, 'Will be sent when you are back online');
      }
    }
  }

  #save() {
    write('sessionStorage', this.#key, JSON.stringify(this.#entries));
  }
}
