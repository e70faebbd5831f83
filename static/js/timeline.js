// The lines of a talk in order: messages by their id, announcements where they happened, unsent messages at the end.

import { avatar } from './avatar.js';
import { bdi, element, icon } from './dom.js';
import { dayKey, dayLabel, isFewEmoji, messageText, timeElement } from './format.js';

const GROUP_MS = 5 * 60 * 1000;  // messages of one person within this time share a heading
const STUCK_PX = 80;
const MOST_LINES = 600;
const TRIMMED_LINES = 200;

export class Timeline extends EventTarget {
  #items = [];
  #byId = new Map();
  #byClientId = new Map();
  #newMark = null;
  #missed = 0;
  #stuck = true;
  #latestOwn = null;

  // view: { root, lines, jump, jumpText, empty }
  constructor(view) {
    super();
    this.view = view;
    view.root.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    view.jump.addEventListener('click', () => {
      this.scrollToEnd();
      view.root.focus({ preventScroll: true });
    });
    new ResizeObserver(() => this.#stuck && this.scrollToEnd()).observe(view.root);
  }

  get size() {
    return this.#byId.size;
  }

  get firstId() {
    return this.#items.find((item) => item.message?.id)?.message.id ?? null;
  }

  // Where to continue after a lost connection. A few lines back: another shard's message with a smaller id may have
  // been on its way. What is known already is recognised by its id.
  get resumeId() {
    const ids = Array.from(this.#byId.keys()).sort((a, b) => a - b);
    return ids.length ? ids[Math.max(0, ids.length - 10)] - 1 : null;
  }

  has(id) {
    return this.#byId.has(id);
  }

  // A message that the server has stored. Says whether it was new to this page.
  add(message, { own = false, live = false } = {}) {
    if (this.#byId.has(message.id)) {
      return false;
    }
    if (own && message.client_id && this.#byClientId.has(message.client_id)) {
      this.confirm(message.client_id, message);
      return false;
    }
    const item = { kind: 'message', key: message.id, at: message.at, message, own, state: own ? 'delivered' : '' };
    item.line = this.#messageLine(item);
    this.#byId.set(message.id, item);
    this.#insert(item, live);
    if (live && !own && !this.#stuck) {
      this.#missed += 1;
      this.#showJump();
    }
    return true;
  }

  addAll(messages, isOwn) {
    const added = messages.filter((message) => this.add(message, { own: isOwn(message) }));
    return added.length;
  }

  // Older messages, put in front without moving what is being read.
  prepend(messages, isOwn) {
    const { root } = this.view;
    const fromEnd = root.scrollHeight - root.scrollTop;
    this.#stuck = false;
    this.addAll(messages, isOwn);
    root.scrollTop = root.scrollHeight - fromEnd;
    this.#scrolled();
  }

  // A message of one's own that is still to be sent: { clientId, text, at, nickname }.
  addPending(entry) {
    const message = { id: null, text: entry.text, at: entry.at, nickname: entry.nickname, client_id: entry.clientId };
    const item = { kind: 'message', key: Infinity, at: entry.at, message, own: true, state: 'pending' };
    item.line = this.#messageLine(item);
    this.#byClientId.set(entry.clientId, item);
    this.#insert(item, true);
    this.scrollToEnd();
  }

  // The server has stored it: it moves to its place.
  confirm(clientId, message) {
    const item = this.#byClientId.get(clientId);
    if (!item) {
      return;
    }
    this.#byClientId.delete(clientId);
    this.#take(item);
    item.key = message.id;
    item.at = message.at;
    item.message = message;
    this.#byId.set(message.id, item);
    this.setState(item, 'delivered');
    const time = item.line.querySelector('.meta time');
    time.replaceWith(timeElement(message.at));
    this.#insert(item, false);
  }

  fail(clientId, reason) {
    const item = this.#byClientId.get(clientId);
    if (item) {
      this.setState(item, 'failed', reason);
    }
  }

  pending(clientId, text = 'Sending…') {
    const item = this.#byClientId.get(clientId);
    if (item) {
      this.setState(item, 'pending', text);
    }
  }

  discard(clientId) {
    const item = this.#byClientId.get(clientId);
    if (item) {
      this.#byClientId.delete(clientId);
      this.#drop(item);
    }
  }

  remove(id) {
    const item = this.#byId.get(id);
    if (item) {
      this.#byId.delete(id);
      this.#drop(item);
    }
  }

  removeUser(user) {
    for (const item of this.#items.filter(({ message }) => message?.user === user)) {
      this.remove(item.message.id);
    }
  }

  announce(text, names, at = Date.now()) {
    const line = element('li', 'line announcement', element('p', '', ...isolate(text, names)));
    const last = this.#items.findLast((item) => item.key !== Infinity);
    this.#insert({ kind: 'announcement', key: last ? Math.floor(last.key) + 0.5 : 0.5, at, line }, true);
  }

  // Everything from the next live message on is new: called when the page is left.
  expectNew() {
    this.#newMark?.remove();
    this.#newMark = null;
  }

  markNew(id) {
    const item = this.#byId.get(id);
    if (item && !this.#newMark) {
      this.#newMark = element('div', 'new-mark', element('span', '', 'New'));
      item.line.prepend(this.#newMark);
      this.#refresh(this.#items.indexOf(item));
    }
  }

  scrollToEnd() {
    const { root } = this.view;
    root.scrollTop = root.scrollHeight;
    this.#stuck = true;
    this.#missed = 0;
    this.#showJump();
  }

  showEmpty(hint) {
    this.view.empty.hidden = this.#items.some((item) => item.kind === 'message');
    this.view.emptyHint.textContent = hint;
  }

  setState(item, state, text) {
    item.state = state;
    const { line } = item;
    line.classList.remove('pending', 'delivered', 'failed');
    line.classList.add(state);
    const box = line.querySelector('.state');
    box.replaceChildren();
    if (state === 'failed') {
      const retry = element('button', 'link', 'Retry');
      const discard = element('button', 'link', 'Discard');
      retry.type = discard.type = 'button';
      const clientId = item.message.client_id;
      retry.addEventListener('click', () => this.#tell('retry', clientId));
      discard.addEventListener('click', () => this.#tell('discard', clientId));
      box.append(element('span', 'what', icon('alert'), `Not sent. ${text}`), retry, discard);
    } else if (state === 'pending') {
      box.append(element('span', 'what', icon('clock'), text ?? 'Sending…'));
    } else {
      box.append(element('span', 'what', icon('check'), 'Delivered'));
    }
  }

  #tell(what, clientId) {
    this.dispatchEvent(new CustomEvent(what, { detail: clientId }));
  }

  #messageLine(item) {
    const { message, own } = item;
    const who = own ? element('span', 'sr-only', 'You') : bdi(message.nickname, 'name');
    const meta = element('p', 'meta', who, ' ', timeElement(message.at));
    const text = element('div', 'text', messageText(message.text));
    text.dir = 'auto';
    if (isFewEmoji(message.text)) {
      text.classList.add('emoji');
    }
    const said = element('div', 'said', meta, element('div', 'bubble', text));
    if (own) {
      said.append(element('div', 'state'));
    }
    item.line = element('li', 'line message', element('div', 'row', avatar(message.nickname), said));
    if (message.id) {
      item.line.dataset.id = message.id;
    }
    if (own) {
      item.line.classList.add('own');
      this.setState(item, item.state);
    }
    return item.line;
  }

  #insert(item, live) {
    const stuck = this.#stuck;
    let index = this.#items.length;
    while (index > 0 && this.#items[index - 1].key > item.key) {
      index -= 1;
    }
    this.#items.splice(index, 0, item);
    const next = this.#items[index + 1];
    this.view.lines.insertBefore(item.line, next ? next.line : null);
    if (item.message?.id) {
      item.line.dataset.id = item.message.id;
    }
    this.#refresh(index);
    this.#refresh(index + 1);
    this.#markLatestOwn();
    if (item.kind === 'message') {
      this.view.empty.hidden = true;
    }
    if (live) {
      item.line.classList.add('arriving');
      item.line.addEventListener('animationend', () => item.line.classList.remove('arriving'), { once: true });
    }
    if (stuck) {
      this.#trim();
      this.scrollToEnd();
    }
  }

  #take(item) {
    const index = this.#items.indexOf(item);
    this.#items.splice(index, 1);
    item.line.remove();
    this.#refresh(index);
  }

  #drop(item) {
    const focused = item.line.contains(document.activeElement);
    this.#take(item);
    this.#markLatestOwn();
    if (focused) {
      this.view.root.focus({ preventScroll: true });
    }
  }

  // What a line shows depends on the one before it: the day, and whether it goes on with the same person's messages.
  #refresh(index) {
    const item = this.#items[index];
    if (!item) {
      return;
    }
    const before = this.#items[index - 1];
    const day = item.line.querySelector(':scope > .day');
    if (before && dayKey(before.at) === dayKey(item.at)) {
      day?.remove();
    } else if (!day) {
      item.line.prepend(element('div', 'day', element('span', '', dayLabel(item.at))));
    }
    if (item.kind === 'message') {
      const goesOn = before?.kind === 'message' && before.own === item.own &&
        (item.own || (before.message.user === item.message.user && before.message.nickname === item.message.nickname)) &&
        item.at - before.at < GROUP_MS && dayKey(before.at) === dayKey(item.at) && !item.line.contains(this.#newMark);
      item.line.classList.toggle('continued', Boolean(goesOn));
    }
  }

  #markLatestOwn() {
    const latest = this.#items.findLast((item) => item.own && item.state === 'delivered') ?? null;
    if (latest !== this.#latestOwn) {
      this.#latestOwn?.line.classList.remove('latest-own');
      latest?.line.classList.add('latest-own');
      this.#latestOwn = latest;
    }
  }

  // A page that stays open for days must not keep every line.
  #trim() {
    if (this.#items.length <= MOST_LINES) {
      return;
    }
    for (const item of this.#items.splice(0, TRIMMED_LINES)) {
      item.line.remove();
      if (item.message?.id) {
        this.#byId.delete(item.message.id);
      }
    }
    this.#refresh(0);
    this.#tell('trimmed');
  }

  #scrolled() {
    const { root } = this.view;
    const below = root.scrollHeight - root.scrollTop - root.clientHeight;
    this.#stuck = below < STUCK_PX;
    if (this.#stuck) {
      this.#missed = 0;
    }
    this.#showJump();
  }

  #showJump() {
    const { jump, jumpText } = this.view;
    jump.hidden = this.#stuck;
    jumpText.textContent = this.#missed === 0 ? 'Latest messages' :
      this.#missed === 1 ? '1 new message' : `${this.#missed} new messages`;
  }
}

// The text of an announcement with the names in it isolated: a name may be written in the other direction.
function isolate(text, names = []) {
  const parts = [];
  let rest = text;
  for (const name of names) {
    const at = rest.indexOf(name);
    if (at < 0) {
      continue;
    }
    parts.push(rest.slice(0, at), bdi(name));
    rest = rest.slice(at + name.length);
  }
  parts.push(rest);
  return parts;
}
