// The live list of nicknames in the room.

import { avatar } from './avatar.js';
import { bdi, element } from './dom.js';

export class People {
  #list;
  #counts;
  #typing = new Set();
  #names = [];
  me = null;

  constructor(list, counts) {
    this.#list = list;
    this.#counts = counts;
  }

  get names() {
    return this.#names;
  }

  // Keeps the lines of those who stay, so that a screen reader or a selection is not disturbed.
  show(names) {
    this.#names = [...names].sort((a, b) => a.localeCompare(b, undefined, { sensitivity: 'base', numeric: true }));
    const lines = new Map(Array.from(this.#list.children, (line) => [line.dataset.nickname, line]));
    const wanted = this.#names.map((name) => lines.get(name) ?? this.#line(name));
    for (const [name, line] of lines) {
      if (!this.#names.includes(name)) {
        line.remove();
      }
    }
    wanted.forEach((line, index) => {
      if (this.#list.children[index] !== line) {
        this.#list.insertBefore(line, this.#list.children[index] ?? null);
      }
    });
    this.#counts.forEach((count) => {
      count.textContent = this.#names.length;
    });
    this.#notes();
  }

  showTyping(names) {
    this.#typing = new Set(names);
    this.#notes();
  }

  #line(name) {
    const line = element('li', '', avatar(name),
      element('span', 'name', bdi(name), element('span', 'note')));
    line.dataset.nickname = name;
    return line;
  }

  #notes() {
    for (const line of this.#list.children) {
      const { nickname } = line.dataset;
      const note = nickname === this.me ? 'You' : this.#typing.has(nickname) ? 'typing…' : '';
      const place = line.querySelector('.note');
      if (place.textContent !== note) {
        place.textContent = note;
      }
      place.hidden = note === '';
    }
  }
}
