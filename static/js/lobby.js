// The page of rooms: who is online where, as it changes.

import { avatar } from './avatar.js';
import { Connection } from './connection.js';
import { bdi, byId, element } from './dom.js';
import { ago } from './format.js';
import { hash } from './room_list.js';

const MOST_NAMES = 8;

const cards = byId('room-cards');
const online = new Map();

const find = (slug) => Array.from(cards.children).find((card) => card.dataset.slug === slug);

function showPeople(slug, nicknames) {
  online.set(slug, nicknames);
  const names = nicknames.slice(0, MOST_NAMES).map((name) => element('li', '', avatar(name), bdi(name)));
  if (nicknames.length > MOST_NAMES) {
    names.push(element('li', 'more', `and ${nicknames.length - MOST_NAMES} more`));
  }
  find(slug)?.querySelector('.who').replaceChildren(...names);
  showSummary();
}

function showSummary() {
  const people = [...online.values()].reduce((sum, nicknames) => sum + nicknames.length, 0);
  const busy = [...online.values()].filter((nicknames) => nicknames.length > 0).length;
  byId('online-summary').textContent = cards.children.length === 0 ? 'Make a place to talk.' :
    people === 0 ? 'Nobody is online. Be the first.' :
      `${people} ${people === 1 ? 'person' : 'people'} online in ${busy} ${busy === 1 ? 'room' : 'rooms'}`;
}

function showLast(card, at) {
  const place = card.querySelector('.last');
  if (!at) {
    place.textContent = 'No messages yet';
    return;
  }
  const time = element('time', '', ago(at));
  time.dateTime = new Date(at).toISOString();
  place.replaceChildren('Last message ', time);
}

function addRoom(room, isNew) {
  if (!find(room.slug)) {
    const link = element('a', '', hash(), bdi(room.name));
    link.href = `/room/${encodeURIComponent(room.slug)}`;
    const who = element('ul', 'who');
    who.setAttribute('aria-label', 'Online');
    const card = element('li', `room-card${isNew ? ' added' : ''}`, element('h2', '', link), who,
      element('p', 'nobody', 'Nobody is here right now'), element('p', 'last'));
    card.dataset.slug = room.slug;
    const after = Array.from(cards.children).find((other) =>
      other.querySelector('h2 bdi').textContent.localeCompare(room.name, undefined, { sensitivity: 'base' }) > 0);
    cards.insertBefore(card, after ?? null);
    showLast(card, room.last_at);
  }
  showPeople(room.slug, room.online ?? []);
}

function removeRoom(slug) {
  find(slug)?.remove();
  online.delete(slug);
  showSummary();
}

function refreshTimes() {
  for (const time of cards.querySelectorAll('.last time')) {
    time.textContent = ago(Date.parse(time.dateTime));
  }
}

const connection = new Connection(byId('connection'));

async function watch() {
  try {
    const [rooms] = await connection.ask('watch');
    const slugs = new Set(rooms.map((room) => room.slug));
    for (const card of [...cards.children]) {
      if (!slugs.has(card.dataset.slug)) {
        removeRoom(card.dataset.slug);
      }
    }
    rooms.forEach((room) => {
      addRoom(room, false);
      showLast(find(room.slug), room.last_at);
    });
  } catch {
    // The connection went away meanwhile; the next one asks again.
  }
}

connection.on('connect', watch);
connection.on('presence', showPeople);
connection.on('room added', (room) => addRoom(room, true));
connection.on('room removed', removeRoom);

refreshTimes();
setInterval(refreshTimes, 30000);
