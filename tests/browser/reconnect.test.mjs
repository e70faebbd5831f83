import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { Chat } from './lib/chat.mjs';
import { Person, addRoom, eventually } from './lib/people.mjs';
import { useChromium } from './lib/stage.mjs';

const BACK_MS = 20_000;

describe('a lost connection', () => {
  const stage = useChromium();
  let chat;
  let slug;
  let ada;
  let bob;
  beforeEach(async () => {
    chat = await Chat.start();
    ada = await Person.come(stage.browser, chat);
    bob = await Person.come(stage.browser, chat);
    slug = await addRoom(ada, 'General');
    await ada.join(slug, 'ada');
    await bob.join(slug, 'bob');
  });

  const state = (person, wanted) =>
    person.page.locator(`#connection[data-state="${wanted}"]`).waitFor({ timeout: BACK_MS });

  async function end() {
    await ada.leave({ away: true });
    await bob.leave({ away: true });
    await chat.close();
  }

  for (const [how, away] of [['is restarted', (it) => it.stop()], ['crashes', (it) => it.crash()]]) {
    it(`keeps names, history and what is written meanwhile when the server ${how}`, async () => {
      await ada.say('before');
      await bob.hears('before');
      await away(chat);
      await state(ada, 'reconnecting');
      await ada.page.getByText('The connection was lost.').waitFor();
      await ada.write('written while away 1');
      await ada.write('written while away 2');
      await ada.message('written while away 2').getByText('Will be sent when you are back online').waitFor();
      assert.ok(await ada.message('written while away 2').locator('.state path').count(), 'icons need no server');

      await chat.begin();
      await state(ada, 'online');
      await state(bob, 'online');
      await ada.message('written while away 2').and(ada.page.locator('.delivered')).waitFor({ timeout: BACK_MS });
      await bob.hears('written while away 2');
      await bob.say('after');
      await ada.hears('after');

      const all = ['before', 'written while away 1', 'written while away 2', 'after'];
      assert.deepEqual(await ada.texts(), all);
      assert.deepEqual(await bob.texts(), all);
      await eventually(async () => assert.deepEqual(await ada.names(), ['ada', 'bob']));
      assert.equal(await ada.page.locator('#notice').isVisible(), false);

      const eve = await Person.come(stage.browser, chat);
      await eve.openRoom(slug);
      assert.deepEqual(await eve.texts(), all);
      await eve.leave();
      await end();
    });
  }

  it('brings what others said meanwhile, once and in order', async () => {
    await ada.say('one');
    await bob.hears('one');
    await bob.context.setOffline(true);
    // Chromium leaves open WebSockets alone when it goes offline: end this one as a network would.
    await bob.page.evaluate(() => window.dispatchEvent(new Event('offline')));
    await chat.stop();
    await chat.begin();
    await state(ada, 'online');
    await ada.page.locator('#send-message').waitFor();
    await ada.say('two');
    await ada.say('three');
    assert.deepEqual(await bob.texts(), ['one']);
    await bob.context.setOffline(false);
    await state(bob, 'online');
    await bob.hears('three');
    assert.deepEqual(await bob.texts(), ['one', 'two', 'three']);
    await end();
  });

  it('stores a message once although its acknowledgement was lost', async () => {
    // The answer to the first message is kept back; then the connection breaks.
    await ada.page.evaluate(() => {
      const emit = window.io.Socket.prototype.emit;
      window.io.Socket.prototype.emit = function lossy(event, ...args) {
        if (event === 'user message') {
          window.io.Socket.prototype.emit = emit;
          const answer = args.at(-1);
          const socket = this;
          args[args.length - 1] = () => socket.io.engine.close();
          setTimeout(() => answer(new Error('lost')), 1000);
        }
        return emit.call(this, event, ...args);
      };
    });
    await ada.write('said once');
    await bob.hears('said once');
    await ada.message('said once').and(ada.page.locator('.delivered')).waitFor({ timeout: BACK_MS });
    await ada.say('and more');
    await bob.hears('and more');
    assert.deepEqual(await ada.texts(), ['said once', 'and more']);
    assert.deepEqual(await bob.texts(), ['said once', 'and more']);
    await end();
  });

  it('keeps what is unsent over a reload of the page', async () => {
    await chat.stop();
    await state(ada, 'reconnecting');
    await ada.write('unsent');
    await ada.message('unsent').waitFor();
    await chat.begin();
    await ada.page.reload();
    await ada.message('unsent').and(ada.page.locator('.delivered')).waitFor({ timeout: BACK_MS });
    await bob.hears('unsent');
    assert.deepEqual(await ada.texts(), ['unsent']);
    await end();
  });

  it('tries at once when asked to', async () => {
    await chat.stop();
    await state(ada, 'reconnecting');
    await ada.page.waitForTimeout(3000);  // the back-off has grown
    await chat.begin();
    await ada.page.getByRole('button', { name: 'Try now' }).click({ timeout: 1000 }).catch(() => {});
    await state(ada, 'online');
    await end();
  });

  it('shows a message that the server refuses as not sent, with a retry that works', async () => {
    await ada.page.evaluate(() => {
      const emit = window.io.Socket.prototype.emit;
      window.io.Socket.prototype.emit = function refusing(event, ...args) {
        if (event === 'user message') {
          window.io.Socket.prototype.emit = emit;
          setTimeout(() => args.at(-1)(null, false, { code: 'no', message: 'Not today.' }), 10);
          return this;
        }
        return emit.call(this, event, ...args);
      };
    });
    await ada.write('please');
    await ada.message('please').getByText('Not sent. Not today.').waitFor();
    await ada.message('please').getByRole('button', { name: 'Retry' }).click();
    await ada.message('please').and(ada.page.locator('.delivered')).waitFor();
    await bob.hears('please');
    await end();
  });
});
