// "ada is typing…": says so for us, and shows it of others.

import { listOfNames } from './dom.js';

const REPEAT_MS = 2500;  // while typing goes on, it is said again this often
const IDLE_MS = 3500;    // without a key for this long, it has stopped
const EXPIRE_MS = 6000;  // a sign that is not renewed is forgotten

export class TypingSign {
  #said = 0;
  #idle = 0;

  constructor(emit) {
    this.emit = emit;
  }

  typed(hasText) {
    if (!hasText) {
      this.stop();
      return;
    }
    const now = Date.now();
    if (now - this.#said > REPEAT_MS) {
      this.#said = now;
      this.emit(true);
    }
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), IDLE_MS);
  }

  stop() {
    clearTimeout(this.#idle);
    if (this.#said) {
      this.#said = 0;
      this.emit(false);
    }
  }
}

export class TypingView {
  #timers = new Map();

  constructor(place, onChange) {
    this.place = place;
    this.onChange = onChange;
  }

  set(nickname, typing) {
    clearTimeout(this.#timers.get(nickname));
    this.#timers.delete(nickname);
    if (typing) {
      this.#timers.set(nickname, setTimeout(() => this.set(nickname, false), EXPIRE_MS));
    }
    this.#show();
  }

  clear() {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
    this.#show();
  }

  #show() {
    const names = [...this.#timers.keys()];
    this.place.replaceChildren(
      ...(names.length ? [...listOfNames(names), names.length === 1 ? ' is typing' : ' are typing'] : []));
    this.onChange(names);
  }
}
