// A room: wires the connection to the parts of the page.

import { Composer } from './composer.js';
import { Connection } from './connection.js';
import { byId } from './dom.js';
import { nickname } from './identity.js';
import { Outbox } from './outbox.js';
import { setUpPanes } from './panes.js';
import { People } from './people.js';
import { RoomList } from './room_list.js';
import { Timeline } from './timeline.js';
import { TypingSign, TypingView } from './typing.js';
import { Unread } from './unread.js';

const app = byId('app');
const room = app.dataset.room;

const connection = new Connection(byId('connection'));
const timeline = new Timeline({
  root: byId('timeline'),
  lines: byId('lines'),
  jump: byId('jump'),
  jumpText: byId('jump-text'),
  empty: byId('empty'),
  emptyHint: byId('empty-hint'),
});
const people = new People(byId('nicknames'), document.querySelectorAll('[data-people-count]'));
const rooms = new RoomList(byId('room-list'));
const typingView = new TypingView(byId('typing-text'), (names) => people.showTyping(names));
const typingSign = new TypingSign((typing) => connection.emit('typing', typing));
const unread = new Unread({ onLeave: () => timeline.expectNew() });

let me = null;       // { nickname, user } once the server has agreed to a nickname
let joined = false;  // in the room, with everything that was missed
let closed = false;

const isOwn = (message) => me !== null && message.user === me.user;

const composer = new Composer({
  suggestion: nickname.suggestion(),
  onNickname: askForNickname,
  onMessage(text) {
    typingSign.stop();
    outbox.submit(text, me.nickname);
  },
  onTyping: (hasText) => typingSign.typed(hasText),
});

const outbox = new Outbox({
  room,
  timeline,
  send: (entry) => connection.ask('user message', entry.text, entry.clientId),
  isReady: () => connection.online && joined && me !== null,
  onNicknameLost() {
    me = null;
    composer.askNickname('Choose a nickname again, please.');
  },
});

setUpPanes(app);

// --- joining, and joining again ---

connection.on('connect', async () => {
  joined = false;
  try {
    await enter();
  } catch {
    // The connection was lost on the way: the next one starts over.
  }
});

async function enter() {
  const [exists] = await connection.ask('join', room);
  if (!exists) {
    close('This room no longer exists.');
    return;
  }
  const wanted = nickname.current();
  if (wanted) {
    const refusal = await claim(wanted);
    if (refusal) {
      composer.askNickname(refusal);
    }
  }
  await catchUp();
  joined = true;
  timeline.showEmpty(me ? 'Say hello below.' : 'Choose a nickname below and be the first.');
  connection.ask('watch').then(([list]) => rooms.show(list), () => {});
  outbox.pump();
}

// Fetches what was said since the last message that this page has, or the latest page of history.
async function catchUp() {
  const { root } = timeline.view;
  const first = timeline.size === 0;
  if (first) {
    const [page] = await connection.ask('history', {});
    timeline.addAll(page.messages, isOwn);
    settle(page.messages);
    byId('earlier').hidden = !page.more;
    timeline.scrollToEnd();
  } else {
    let after = timeline.resumeId;
    for (;;) {
      const [page] = await connection.ask('history', { after });
      for (const message of page.messages) {
        receive(message);
        after = message.id;
      }
      if (!page.more) {
        break;
      }
    }
  }
  root.removeAttribute('aria-busy');
  root.setAttribute('aria-live', 'polite');
}

function settle(messages) {
  for (const message of messages) {
    if (isOwn(message) && message.client_id) {
      outbox.settle(message.client_id);
    }
  }
}

// --- the nickname ---

// Empty when the server agreed, otherwise what is wrong with the name.
async function claim(wanted) {
  const [agreed, answer, user] = await connection.ask('nickname', wanted);
  if (!agreed) {
    me = null;
    return answer;
  }
  me = { nickname: answer, user };
  people.me = answer;
  people.show(people.names);
  nickname.remember(answer);
  composer.showMessageForm(answer);
  return '';
}

async function askForNickname(wanted) {
  try {
    const refusal = await claim(wanted);
    if (!refusal) {
      timeline.showEmpty('Say hello below.');
      outbox.pump();
    }
    return refusal;
  } catch {
    return 'There is no connection right now. Try again in a moment.';
  }
}

// --- what the server says ---

function receive(message) {
  const own = isOwn(message);
  settle([message]);
  typingView.set(message.nickname, false);
  if (timeline.add(message, { own, live: true }) && !own && unread.away) {
    unread.add();
    timeline.markNew(message.id);
  }
}

connection.on('msg_to_room', (from, text, about) => receive({ nickname: from, text, ...about }));
connection.on('announcement', (text, about) => timeline.announce(text, about?.names, about?.at));
connection.on('nicknames', (names) => {
  people.show(names);
});
connection.on('typing', (from, typing) => typingView.set(from, typing));
connection.on('message removed', (id) => timeline.remove(id));
connection.on('user removed', (user) => {
  timeline.removeUser(user);
  if (me?.user === user) {
    nickname.forget();
    close('You were removed by an administrator.');
  }
});
connection.on('presence', (slug, names) => rooms.presence(slug, names));
connection.on('room added', (added) => rooms.add(added));
connection.on('room removed', (slug) => {
  rooms.remove(slug);
  if (slug === room) {
    close('This room was removed by an administrator.');
  }
});

// --- the connection ---

connection.addEventListener('change', () => {
  if (closed) {
    return;
  }
  const lost = connection.state === 'reconnecting' || connection.state === 'offline';
  app.classList.toggle('stale', lost);
  byId('notice').hidden = !lost;
  if (lost) {
    joined = false;
    typingView.clear();
    byId('notice-text').textContent = connection.state === 'offline'
      ? 'You are offline. What you write is kept and sent later.'
      : 'The connection was lost. What you write is kept and sent later.';
  }
  outbox.pump();
});

byId('reconnect').addEventListener('click', () => connection.retry());

function close(why) {
  closed = true;
  connection.end();
  typingView.clear();
  byId('notice').hidden = true;
  people.show([]);
  composer.close(why);
}

// --- earlier messages, and the room's address ---

byId('earlier').addEventListener('click', async ({ currentTarget }) => {
  currentTarget.disabled = true;
  try {
    const [page] = await connection.ask('history', { before: timeline.firstId });
    timeline.prepend(page.messages, isOwn);
    currentTarget.hidden = !page.more;
    if (!page.more) {
      byId('timeline').focus({ preventScroll: true });
    }
  } catch {
    // No connection: the button stays, and the notice says why.
  } finally {
    currentTarget.disabled = false;
  }
});

timeline.addEventListener('trimmed', () => {
  byId('earlier').hidden = false;
});

byId('copy-link').addEventListener('click', async () => {
  const text = byId('copy-text');
  try {
    await navigator.clipboard.writeText(location.href);
    text.textContent = 'Copied';
  } catch {
    text.textContent = location.href;  // no permission: it can be selected and copied by hand
  }
  setTimeout(() => {
    text.textContent = 'Copy the room’s address';
  }, 3000);
});
