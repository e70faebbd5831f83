// Chromium, and people in it: each with a browser profile of their own, watched for errors and for requests to anyone
// but the chat.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.SIO_CHROMIUM ?? '/usr/bin/chromium';
const WAIT_MS = 20_000;

export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}

// What a browser writes to the console by itself when the server is away, or about to go: the tests that stop it expect that.
const WHILE_AWAY = /status of 503|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|ERR_SOCKET_NOT_CONNECTED|WebSocket connection to/;

export class Person {
  problems = [];
  foreign = [];

  static async come(browser, chat, options = {}) {
    const person = new Person();
    person.chat = chat;
    person.context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: 'Europe/Zurich',
      ...options,
    });
    person.context.setDefaultTimeout(WAIT_MS);
    person.page = await person.#watch(await person.context.newPage());
    return person;
  }

  // One more tab of the same browser.
  async tab() {
    const other = new Person();
    other.chat = this.chat;
    other.context = this.context;
    other.problems = this.problems;
    other.foreign = this.foreign;
    other.page = await other.#watch(await this.context.newPage());
    return other;
  }

  async #watch(page) {
    page.on('pageerror', (error) => this.problems.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.problems.push(message.text());
      }
    });
    const look = (url) => {
      if (!url.startsWith('data:') && new URL(url).host !== new URL(this.chat.url).host) {
        this.foreign.push(url);
      }
    };
    page.on('request', (request) => look(request.url()));
    page.on('websocket', (socket) => look(socket.url()));
    return page;
  }

  // Leaves; nothing may have gone wrong. `away`: the server was, for a while.
  async leave({ away = false, allowed = /^$/ } = {}) {
    await this.context.close();
    assert.deepEqual(this.foreign, [], 'no request goes to another host');
    const problems = this.problems.filter((text) => !(away && WHILE_AWAY.test(text)) && !allowed.test(text));
    assert.deepEqual(problems, [], 'nothing on the console');
  }

  async open(path) {
    await this.page.goto(this.chat.url + path);
  }

  async openRoom(slug) {
    await this.open(`/room/${slug}`);
    await this.online();
    await this.page.locator('#timeline:not([aria-busy])').waitFor();
  }

  online() {
    return this.page.locator('#connection[data-state="online"]').waitFor();
  }

  async takeNickname(nickname) {
    await this.page.locator('#nick').fill(nickname);
    await this.page.locator('#join').click();
  }

  // In the room, with a nickname.
  async join(slug, nickname) {
    await this.openRoom(slug);
    await this.takeNickname(nickname);
    await this.page.locator('#send-message').waitFor();
  }

  async write(text) {
    await this.page.locator('#message').fill(text);
    await this.page.locator('#message').press('Enter');
  }

  async say(text) {
    await this.write(text);
    await this.message(text).and(this.page.locator('.delivered')).waitFor();
  }

  message(text) {
    return this.page.locator('.message').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  hears(text) {
    return this.message(text).waitFor();
  }

  // The texts of all messages, in order.
  texts() {
    return this.page.locator('.message .text').allInnerTexts();
  }

  names() {
    return this.page.locator('#nicknames bdi').allTextContents();
  }
}

// Waits until `look` no longer throws: for what comes by itself.
export async function eventually(look, limit = WAIT_MS) {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function addRoom(person, name) {
  await person.open('/');
  await person.page.locator('#name').fill(name);
  await person.page.locator('#submit').click();
  await person.page.waitForURL('**/room/*');
  return new URL(person.page.url()).pathname.split('/').pop();
}
