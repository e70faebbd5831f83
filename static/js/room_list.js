// The list of rooms beside the talk, kept up to date.

import { bdi, element } from './dom.js';

export class RoomList {
  #list;

  constructor(list) {
    this.#list = list;
  }

  // rooms: [{ slug, name, online: [nickname] }]
  show(rooms) {
    const known = new Map(Array.from(this.#list.children, (line) => [line.dataset.slug, line]));
    for (const room of rooms) {
      this.add(room);
      this.presence(room.slug, room.online);
      known.delete(room.slug);
    }
    known.forEach((line) => line.remove());
  }

  add(room) {
    if (this.#find(room.slug)) {
      return;
    }
    const link = element('a', '', hash(), bdi(room.name, 'room-name'),
      element('span', 'count', element('span', 'number'), element('span', 'sr-only', ' online')));
    link.href = `/room/${encodeURIComponent(room.slug)}`;
    const line = element('li', '', link);
    line.dataset.slug = room.slug;
    line.dataset.name = room.name;
    const after = Array.from(this.#list.children).find((other) =>
      other.querySelector('.room-name').textContent.localeCompare(room.name, undefined, { sensitivity: 'base' }) > 0);
    this.#list.insertBefore(line, after ?? null);
    this.presence(room.slug, room.online ?? []);
  }

  remove(slug) {
    this.#find(slug)?.remove();
  }

  presence(slug, nicknames) {
    const count = this.#find(slug)?.querySelector('.count');
    if (count) {
      count.dataset.count = nicknames.length;
      count.querySelector('.number').textContent = nicknames.length;
    }
  }

  #find(slug) {
    return Array.from(this.#list.children).find((line) => line.dataset.slug === slug);
  }
}

export function hash() {
  const sign = element('span', 'hash', '#');
  sign.setAttribute('aria-hidden', 'true');
  return sign;
}
