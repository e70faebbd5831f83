// The unread mark: a count in the title and a dot on the tab's icon while the page is not being looked at.

import { byId } from './dom.js';

export class Unread {
  #count = 0;
  #title = document.title;

  constructor({ onLeave }) {
    const look = () => (this.away ? onLeave() : this.#clear());
    document.addEventListener('visibilitychange', look);
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
  }

  get away() {
    return document.visibilityState === 'hidden' || !document.hasFocus();
  }

  add() {
    this.#count += 1;
    this.#show();
  }

  #clear() {
    this.#count = 0;
    this.#show();
  }

  #show() {
    document.title = this.#count ? `(${this.#count}) ${this.#title}` : this.#title;
    const href = this.#count ? '/static/icons/favicon-unread.svg' : '/static/icons/favicon.svg';
    if (byId('favicon').getAttribute('href') !== href) {
      byId('favicon').setAttribute('href', href);
    }
  }
}
