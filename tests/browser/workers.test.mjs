// The chat on three threads: what each of them tells the others must not come in another order than it happened.
// The clients are the official one in Node, since it takes a crowd.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';

import { Chat } from './lib/chat.mjs';
import { eventually } from './lib/people.mjs';

const { io } = createRequire(new URL('../../apps/chat/package.json', import.meta.url))('socket.io-client');

const CROWD = 24;
const ROUNDS = 6;

/** Fills in the form of the page of rooms; returns the slug of the new room. */
async function addRoom(chat, name) {
  const page = await fetch(`${chat.url}/`);
  const cookie = page.headers.getSetCookie().map((line) => line.split(';', 1)[0]).join('; ');
  const [, token] = /name="csrf_token" value="([^"]+)"/.exec(await page.text());
  const answer = await fetch(`${chat.url}/create`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie },
    body: new URLSearchParams({ name, csrf_token: token }),
  });
  assert.equal(answer.status, 303);
  return answer.headers.get('location').split('/').at(-1);
}

class Guest {
  /** What the room's list was when it was told last. */
  people = [];
  /** The ids of messages, as they came. */
  heard = [];

  constructor(chat, nickname) {
    this.nickname = nickname;
    this.socket = io(`${chat.url}/chat`, { transports: ['websocket'], forceNew: true, reconnection: false });
    this.socket.on('nicknames', (names) => { this.people = names; });
    this.socket.on('msg_to_room', (_nickname, _text, { id }) => this.heard.push(id));
  }

  // All that is acknowledged; emitWithAck() has the first value only.
  #ask(...event) {
    return new Promise((resolve) => this.socket.emit(...event, (...answer) => resolve(answer)));
  }

  async enter(slug) {
    assert.deepEqual(await this.#ask('join', slug), [true]);
    const [granted, why] = await this.#ask('nickname', this.nickname);
    assert.equal(granted, true, why);
  }

  async say(text) {
    const [stored, message] = await this.#ask('user message', text, null);
    assert.equal(stored, true);
    return message.id;
  }
}

describe('the chat with three workers', () => {
  let chat;
  before(async () => {
    chat = await Chat.start({ CHAT_WORKERS: '3', CHAT_METRICS: '/metrics' });
  });
  after(() => chat?.close());

  it('shows everybody the same list, however they come and go', async () => {
    const slug = await addRoom(chat, 'Crowd');
    const staying = Array.from({ length: 3 }, (_, index) => new Guest(chat, `host ${index}`));
    await Promise.all(staying.map((guest) => guest.enter(slug)));
    for (let round = 0; round < ROUNDS; ++round) {
      const crowd = Array.from({ length: CROWD }, (_, index) => new Guest(chat, `guest ${round}.${index}`));
      await Promise.all(crowd.map((guest) => guest.enter(slug)));
      const all = [...staying, ...crowd].map((guest) => guest.nickname).sort();
      await eventually(() => {
        for (const guest of [...staying, ...crowd]) assert.deepEqual([...guest.people].sort(), all);
      });
      crowd.forEach((guest) => guest.socket.disconnect());
      await eventually(() => {
        for (const guest of staying) {
          assert.deepEqual([...guest.people].sort(), staying.map((other) => other.nickname).sort());
        }
      });
    }
    staying.forEach((guest) => guest.socket.disconnect());
  });

  it('brings every message to everybody once', async () => {
    const slug = await addRoom(chat, 'Talk');
    const guests = Array.from({ length: 9 }, (_, index) => new Guest(chat, `talker ${index}`));
    await Promise.all(guests.map((guest) => guest.enter(slug)));
    const said = await Promise.all(guests.map(async (guest) => {
      const ids = [];
      for (let count = 0; count < 15; ++count) ids.push(await guest.say(`${guest.nickname} says ${count}`));
      return ids;
    }));
    await eventually(() => guests.forEach((guest, index) => {
      const others = said.filter((_, speaker) => speaker !== index).flat();
      assert.deepEqual([...guest.heard].sort((a, b) => a - b), others.sort((a, b) => a - b));
    }));
    guests.forEach((guest) => guest.socket.disconnect());
  });

  it('serves what its workers do as OpenMetrics', async () => {
    const text = await (await fetch(`${chat.url}/metrics`)).text();
    for (const worker of [0, 1, 2]) assert.match(text, new RegExp(`worker="${worker}"`));
    assert.match(text, /# EOF\n$/);
  });
});
