import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

const NAMES = {
  'HTML': '<img src=x onerror=alert(1)>',
  'a script end': '</script><b>bold</b>',
  'a template': '{{ 7 * 7 }}{% if 1 %}',
  'quotes': '"\'><svg/onload=alert(1)>',
  'another direction': '\u202eada\u202d',
  'emoji': '👩‍👩‍👧‍👦🏴‍☠️',
  'stacked marks': 'a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308',
};

const MESSAGES = [
  '<script>alert(1)</script>',
  '<a href="javascript:alert(1)">click</a>',
  '&lt;b&gt; &amp; &#60;',
  '\u202eright to left\u202c and back',
  'zero\u200bwidth\u2060\ufeffthings',
  'line\u2028separator\u2029here',
  'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035a\u032f\u031e\u0320\u034dalgo',
  '{"__proto__":{"polluted":true}}',
  "'; DROP TABLE messages; --",
  '👩‍👩‍👧‍👦 and 🇨🇭 and \u{1f9d1}\u{1f3fd}',
  'https://example.org/"onmouseover="alert(1)',
];

describe('hostile input', () => {
  const stage = useChat();

  for (const [kind, name] of Object.entries(NAMES)) {
    it(`stays text in nicknames and rooms: ${kind}`, async () => {
      const ada = await stage.come();
      const bob = await stage.come();
      const slug = await addRoom(ada, name);
      assert.equal(await ada.page.locator('#room-title bdi').textContent(), name);
      await ada.join(slug, name);
      await bob.join(slug, 'bob');
      await bob.page.locator('.people bdi').first().waitFor();
      assert.ok((await bob.names()).includes(name));
      await ada.say('hello');
      await bob.hears('hello');
      assert.equal(await bob.message('hello').locator('.meta bdi').textContent(), name);
      await bob.open('/');
      await bob.online();
      await eventually(async () => assert.ok(
        (await bob.page.locator('.who bdi').allTextContents()).includes(name)));
      assert.equal(await bob.page.locator('main img, main script, main svg[onload]').count(), 0);
      await ada.leave();
      await bob.leave();
    });
  }

  it('stays text in messages', async () => {
    const ada = await stage.come();
    const bob = await stage.come();
    const slug = await addRoom(ada, 'Hostile messages');
    await ada.join(slug, 'ada');
    await bob.join(slug, 'bob');
    for (const text of MESSAGES) {
      await ada.page.locator('#message').fill(text);
      await ada.page.locator('#message').press('Enter');
    }
    await ada.page.locator('.delivered').nth(MESSAGES.length - 1).waitFor();
    await bob.page.locator('.message').nth(MESSAGES.length - 1).waitFor();
    for (const person of [ada, bob]) {
      assert.deepEqual(await person.page.locator('.message .text').allTextContents(), MESSAGES);
      assert.equal(await person.page.locator('.text :not(a)').count(), 0, 'no element but links');
      const links = await person.page.locator('.text a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
      assert.deepEqual(links, ['https://example.org/']);
    }
    assert.equal(await bob.page.evaluate(() => ({}).polluted), undefined);
    await ada.leave();
    await bob.leave();
  });

  it('keeps a direction mark from reaching beyond its own name', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Directions');
    await ada.join(slug, '\u202eada');
    const line = ada.page.locator('.announcement p').last();
    await line.waitFor();
    assert.equal(await line.textContent(), '\u202eada joined');
    // The name's box ends before " joined" begins: the rest of the line is not turned round.
    const order = await line.evaluate((p) => {
      const name = p.querySelector('bdi').getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(p.lastChild);
      return name.right <= range.getBoundingClientRect().left + 1;
    });
    assert.equal(order, true);
    await ada.leave();
  });

  it('is limited in length, with words that say so', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Limits');
    await ada.openRoom(slug);
    await ada.page.locator('#nick').evaluate((input) => input.removeAttribute('maxlength'));
    await ada.takeNickname('x'.repeat(33));
    await ada.page.locator('#nickname-err', { hasText: 'at most 32 characters' }).waitFor();
    await ada.takeNickname('\u200b\u2060');
    await ada.page.locator('#nickname-err', { hasText: 'Type the name that others should see' }).waitFor();
    await ada.takeNickname('🙂'.repeat(32));
    await ada.page.locator('#send-message').waitFor();

    await ada.page.locator('#message').fill('y'.repeat(2001));
    await ada.page.locator('#message').press('Enter');
    await ada.page.locator('#message-err', { hasText: '2,001 characters; a message has at most 2,000' }).waitFor();
    assert.equal((await ada.page.locator('#message').inputValue()).length, 2001, 'what was written is not lost');
    await ada.page.locator('#message').fill('z'.repeat(2000));
    await ada.page.locator('#message').press('Enter');
    await ada.page.locator('.delivered').first().waitFor();
    assert.equal(await ada.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
    await ada.leave();
  });

  it('is refused by the server too, whatever the page lets through', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Past the page');
    await ada.join(slug, 'ada');
    const answers = await ada.page.evaluate(async (room) => {
      const socket = window.io('/chat', { forceNew: true });
      const ask = (...args) => new Promise((resolve) => {
        socket.timeout(3000).emit(...args, (error, ...answer) => resolve(error ? 'no answer' : answer));
      });
      const all = [];
      all.push(await ask('user message', 'too early'));
      all.push(await ask('join', 'nowhere'));
      all.push(await ask('join', room));
      all.push(await ask('user message', 'nobody'));
      all.push(await ask('nickname', 'n'.repeat(33)));
      all.push(await ask('nickname', ' \u200b '));
      all.push(await ask('nickname', 'mallory'));
      all.push(await ask('user message', 'm'.repeat(2001)));
      all.push(await ask('user message', ' \n\u200b'));
      all.push(await ask('user message', 'x', 'i'.repeat(65)));
      socket.disconnect();
      return all.map((answer) => answer[1]?.code ?? answer[1] ?? answer[0]);
    }, slug);
    assert.deepEqual(answers, [
      'no_room', false, true, 'no_nickname', 'A nickname has at most 32 characters',
      'Type the name that others should see', 'mallory', 'too_long', 'empty', 'bad_id',
    ]);
    await ada.leave();
  });

  it('does not reach the handlers when its types are wrong', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Types');
    await ada.join(slug, 'ada');
    const errors = await ada.page.evaluate(async (room) => {
      const socket = window.io('/chat', { forceNew: true });
      const errors = [];
      socket.on('error', (name) => errors.push(name));
      socket.emit('join', { toString: 'x' });
      socket.emit('nickname', 17);
      socket.emit('nickname');
      socket.emit('user message', ['x']);
      socket.emit('history', 'all');
      socket.emit('no such event', 1);
      await new Promise((resolve) => socket.emit('join', room, resolve));
      socket.disconnect();
      return errors;
    }, slug);
    assert.deepEqual(errors, [...Array(5).fill('invalid_method_args'), 'no_such_method']);
    await ada.say('still here');
    await ada.leave();
  });

  it('that comes too fast is slowed down, and arrives', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Flood');
    await ada.join(slug, 'ada');
    const codes = await ada.page.evaluate(async (room) => {
      const socket = window.io('/chat', { forceNew: true });
      const ask = (...args) => new Promise((resolve) => socket.emit(...args, (...answer) => resolve(answer)));
      await ask('join', room);
      await ask('nickname', 'flooder');
      const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => ask('user message', `flood ${index}`)));
      socket.disconnect();
      return answers.map(([stored, info]) => (stored ? 'stored' : info.code));
    }, slug);
    assert.equal(codes.slice(0, 20).every((code) => code === 'stored'), true);
    assert.equal(codes.at(-1), 'slow_down');
    for (let index = 0; index < 25; index += 1) {
      await ada.write(`patience ${index}`);
    }
    await ada.message('patience 24').and(ada.page.locator('.delivered')).waitFor({ timeout: 30_000 });
    await ada.leave();
  });
});
