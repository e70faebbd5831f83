import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

describe('a talk between people', () => {
  const stage = useChat();
  let number = 0;

  // A room of its own and two people in it, for one test.
  async function adaAndBob() {
    number += 1;
    const ada = await stage.come();
    const bob = await stage.come();
    const slug = await addRoom(ada, `Room ${number}`);
    await ada.join(slug, `ada ${number}`);
    await bob.join(slug, `bob ${number}`);
    return { ada, bob, slug, adaName: `ada ${number}`, bobName: `bob ${number}` };
  }

  it('carries messages both ways, with acknowledgements, and one’s own are told apart', async () => {
    const { ada, bob, adaName } = await adaAndBob();
    await ada.say('Hello Bob');
    await bob.hears('Hello Bob');
    await bob.say('Hello Ada');
    await ada.hears('Hello Ada');

    assert.deepEqual(await ada.texts(), ['Hello Bob', 'Hello Ada']);
    assert.deepEqual(await bob.texts(), ['Hello Bob', 'Hello Ada']);
    assert.equal(await ada.message('Hello Bob').locator('.state').innerText(), 'Delivered');
    assert.match(await ada.message('Hello Bob').getAttribute('class'), /\bown\b/);
    assert.doesNotMatch(await bob.message('Hello Bob').getAttribute('class'), /\bown\b/);
    assert.equal(await bob.message('Hello Bob').locator('.meta bdi').textContent(), adaName);
    await ada.leave();
    await bob.leave();
  });

  it('announces who joins, is renamed and leaves, and keeps the list of nicknames', async () => {
    const { ada, bob, adaName, bobName } = await adaAndBob();
    await ada.page.locator('.announcement', { hasText: `${bobName} joined` }).waitFor();
    await eventually(async () => assert.deepEqual(await ada.names(), [adaName, bobName]));

    await bob.page.locator('#change-nickname').click();
    await bob.takeNickname('robert');
    await ada.page.locator('.announcement', { hasText: `${bobName} is now called robert` }).waitFor();
    await eventually(async () => assert.deepEqual(await ada.names(), [adaName, 'robert']));

    await bob.leave();
    await ada.page.locator('.announcement', { hasText: 'robert left' }).waitFor();
    await eventually(async () => assert.deepEqual(await ada.names(), [adaName]));
    await ada.leave();
  });

  it('refuses a nickname in use, also to a tab beside it and however it is written', async () => {
    const { ada, bob, slug, adaName } = await adaAndBob();
    const eve = await stage.come();
    await eve.openRoom(slug);
    for (const wanted of [adaName, adaName.toUpperCase(), `${adaName.slice(0, 1)}\u200b${adaName.slice(1)}`]) {
      await eve.takeNickname(wanted);
      await eve.page.locator('#nickname-err', { hasText: 'Nickname already in use' }).waitFor();
      await eve.page.locator('#nickname-err').evaluate((error) => { error.textContent = ''; });
    }
    assert.equal(await eve.page.locator('#send-message').isVisible(), false);
    assert.equal(await eve.page.locator('#nick').evaluate((input) => input === document.activeElement), true);

    const tab = await ada.tab();
    await tab.openRoom(slug);
    await tab.takeNickname(adaName);
    await tab.page.locator('#nickname-err', { hasText: 'Nickname already in use' }).waitFor();

    // Free again once its owner has gone.
    await tab.page.close();
    await ada.leave();
    await eventually(async () => {
      await eve.takeNickname(adaName);
      await eve.page.locator('#send-message').waitFor({ timeout: 500 });
    });
    await eve.leave();
    await bob.leave();
  });

  it('keeps the nickname over a reload, and one’s own messages one’s own', async () => {
    const { ada, bob, adaName } = await adaAndBob();
    await ada.say('before the reload');
    await ada.page.reload();
    await ada.page.locator('#send-message').waitFor();
    assert.equal(await ada.page.locator('#my-nickname').textContent(), adaName);
    await ada.hears('before the reload');
    assert.match(await ada.message('before the reload').getAttribute('class'), /\bown\b/);
    await ada.leave();
    await bob.leave();
  });

  it('shows history to those who come later, with times and days', async () => {
    const { ada, bob, slug } = await adaAndBob();
    await ada.say('said before');
    const eve = await stage.come();
    await eve.openRoom(slug);
    await eve.hears('said before');
    assert.match(await eve.message('said before').locator('time').textContent(), /^\d\d:\d\d$/);
    assert.equal(await eve.page.locator('.day').first().textContent(), 'Today');
    assert.equal(await eve.page.locator('#nick').isVisible(), true);
    await ada.leave();
    await bob.leave();
    await eve.leave();
  });

  it('pages through a long history without losing the place', async () => {
    const { ada, bob, slug } = await adaAndBob();
    for (let index = 0; index < 60; index += 1) {
      await ada.write(`line ${index}`);
    }
    await ada.message('line 59').and(ada.page.locator('.delivered')).waitFor({ timeout: 60_000 });
    const eve = await stage.come();
    await eve.openRoom(slug);
    assert.equal((await eve.texts()).length, 50);
    await eve.page.getByRole('button', { name: 'Show earlier messages' }).click();
    await eve.hears('line 0');
    assert.deepEqual(await eve.texts(), Array.from({ length: 60 }, (_, index) => `line ${index}`));
    assert.equal(await eve.page.getByRole('button', { name: 'Show earlier messages' }).isVisible(), false);
    assert.equal(await eve.message('line 10').evaluate((line) => {
      const box = line.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight;
    }), true, 'what was at the top is still on the screen');
    await ada.leave();
    await bob.leave();
    await eve.leave();
  });

  it('says who is typing, until they stop', async () => {
    const { ada, bob, adaName } = await adaAndBob();
    await ada.page.locator('#message').pressSequentially('I am');
    await bob.page.locator('#typing-text', { hasText: `${adaName} is typing` }).waitFor();
    await bob.page.locator('#nicknames li', { hasText: adaName }).getByText('typing…').waitFor();
    await ada.page.locator('#message').fill('');
    await eventually(async () => assert.equal(await bob.page.locator('#typing-text').textContent(), ''));
    await ada.page.locator('#message').pressSequentially('again');
    await bob.page.locator('#typing-text', { hasText: 'is typing' }).waitFor();
    await ada.page.locator('#message').press('Enter');
    await bob.hears('again');
    await eventually(async () => assert.equal(await bob.page.locator('#typing-text').textContent(), ''));
    await ada.leave();
    await bob.leave();
  });

  it('counts what is unread in the title and marks where it begins', async () => {
    const { ada, bob, slug } = await adaAndBob();
    const title = await bob.page.title();
    // Headless pages are always visible: tell this one that it is not.
    await bob.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await ada.say('first');
    await ada.say('second');
    await bob.hears('second');
    assert.equal(await bob.page.title(), `(2) ${title}`);
    assert.match(await bob.page.locator('#favicon').getAttribute('href'), /unread/);
    assert.equal(await bob.page.locator('.new-mark').count(), 1);
    assert.equal(await bob.message('first').locator('.new-mark').count(), 1);
    await bob.page.evaluate(() => {
      delete document.visibilityState;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    assert.equal(await bob.page.title(), title);
    assert.doesNotMatch(await bob.page.locator('#favicon').getAttribute('href'), /unread/);
    assert.ok(slug);
    await ada.leave();
    await bob.leave();
  });

  it('keeps line breaks and makes links of addresses, and only of those', async () => {
    const { ada, bob } = await adaAndBob();
    await ada.page.locator('#message').pressSequentially('see https://example.org/a?b=c&d=(e).');
    await ada.page.locator('#message').press('Shift+Enter');
    await ada.page.locator('#message').pressSequentially('javascript:alert(1) and http://');
    await ada.page.locator('#message').press('Enter');
    const text = bob.page.locator('.message .text').last();
    await text.getByRole('link').waitFor();
    assert.equal(await text.innerText(), 'see https://example.org/a?b=c&d=(e).\njavascript:alert(1) and http://');
    assert.equal(await text.getByRole('link').count(), 1);
    const link = text.getByRole('link');
    assert.equal(await link.getAttribute('href'), 'https://example.org/a?b=c&d=(e)');
    assert.match(await link.getAttribute('rel'), /noopener noreferrer/);
    await ada.leave();
    await bob.leave();
  });

  it('does not move what is being read when something new arrives, and says so', async () => {
    const { ada, bob } = await adaAndBob();
    for (let index = 0; index < 30; index += 1) {
      await ada.write(`line ${index}`);
    }
    await bob.page.locator('.message').nth(29).waitFor({ timeout: 30_000 });
    await bob.page.locator('#timeline').evaluate((timeline) => { timeline.scrollTop = 0; });
    await bob.page.locator('#jump').waitFor();
    await ada.message('line 29').and(ada.page.locator('.delivered')).waitFor({ timeout: 30_000 });
    await ada.say('news');
    await bob.page.locator('#jump', { hasText: '1 new message' }).waitFor();
    assert.equal(await bob.page.locator('#timeline').evaluate((timeline) => timeline.scrollTop), 0);
    await bob.page.locator('#jump').click();
    await eventually(async () => assert.equal(await bob.page.locator('#jump').isVisible(), false));
    await ada.leave();
    await bob.leave();
  });

  it('shows two people’s rooms apart', async () => {
    const { ada, bob } = await adaAndBob();
    const other = await addRoom(bob, `Elsewhere ${number}`);
    await bob.page.locator('#send-message').waitFor();  // the nickname came along
    await bob.say('only here');
    await ada.say('only there');
    assert.deepEqual(await bob.texts(), ['only here']);
    assert.deepEqual(await ada.texts(), ['only there']);
    await eventually(async () => assert.equal(
      await ada.page.locator(`#room-list [data-slug="${other}"] .number`).textContent(), '1'));
    await ada.leave();
    await bob.leave();
  });
});
