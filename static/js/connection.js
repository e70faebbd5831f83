// The socket, and its state as a person sees it: connecting, online, reconnecting, offline.

import { credentials } from './identity.js';

const LABELS = {
  connecting: 'Connecting…',
  online: 'Online',
  reconnecting: 'Reconnecting…',
  offline: 'Offline',
};

const ACK_TIMEOUT_MS = 8000;
const RETRY_REFUSED_MS = 3000;

export class Connection extends EventTarget {
  #indicator;
  #ended = false;
  #wasOnline = false;

  constructor(indicator) {
    super();
    this.#indicator = indicator;
    this.socket = window.io('/chat', {
      auth: (give) => give(credentials()),
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
    });
    this.state = 'connecting';

    this.socket.on('connect', () => this.#become('online'));
    this.socket.on('disconnect', (reason) => {
      if (this.#ended) {
        return;
      }
      this.#become(navigator.onLine ? 'reconnecting' : 'offline');
      if (reason === 'io server disconnect') {
        // The server is going down, or wants a fresh start: the client does not come back from that by itself.
        setTimeout(() => this.retry(), 1000);
      }
    });
    this.socket.on('connect_error', () => {
      this.#become(navigator.onLine ? (this.#wasOnline ? 'reconnecting' : 'connecting') : 'offline');
      if (!this.socket.active) {
        setTimeout(() => this.retry(), RETRY_REFUSED_MS);
      }
    });
    window.addEventListener('online', () => this.retry());
    window.addEventListener('offline', () => this.state !== 'online' && this.#become('offline'));
  }

  get online() {
    return this.state === 'online';
  }

  on(event, handler) {
    this.socket.on(event, handler);
  }

  // Tries at once instead of at the next turn of the back-off.
  retry() {
    if (this.#ended || this.socket.connected) {
      return;
    }
    this.socket.disconnect();
    this.socket.connect();
  }

  // No more reconnecting: the room is gone, or this person was removed.
  end() {
    this.#ended = true;
    this.socket.disconnect();
    this.#become('offline');
  }

  emit(event, ...args) {
    if (this.socket.connected) {
      this.socket.emit(event, ...args);
    }
  }

  // Resolves with the arguments of the acknowledgement; rejects when the connection is lost or nothing comes.
  // Never queues: what must survive a reconnect is the outbox's business.
  ask(event, ...args) {
    if (!this.socket.connected) {
      return Promise.reject(new Error('not connected'));
    }
    return new Promise((resolve, reject) => {
      this.socket.timeout(ACK_TIMEOUT_MS).emit(event, ...args, (error, ...answer) => {
        if (error) {
          reject(error);
        } else {
          resolve(answer);
        }
      });
    });
  }

  #become(state) {
    if (state === 'online') {
      this.#wasOnline = true;
    }
    const changed = this.state !== state;
    this.state = state;
    this.#indicator.dataset.state = state;
    if (this.#indicator.textContent !== LABELS[state]) {
      this.#indicator.textContent = LABELS[state];
    }
    if (changed) {
      this.dispatchEvent(new Event('change'));
    }
  }
}
