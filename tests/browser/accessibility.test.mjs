import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';

import { poorContrasts } from './lib/contrast.mjs';
import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PASSWORD = 'a password for tests';

describe('accessibility', () => {
  const stage = useChat({ environment: { CHAT_ADMIN_PASSWORD: PASSWORD } });
  let slug;
  before(async () => {
    const ada = await stage.come();
    slug = await addRoom(ada, 'General');
    await addRoom(ada, 'Another');
    await ada.join(slug, 'early bird');
    await ada.say('Good morning');
    await ada.say('🙂');
    await ada.say('See https://example.org');
    await ada.leave();
  });

  const focused = (person, selector) =>
    person.page.locator(selector).evaluate((element) => element === document.activeElement);

  // The states of the pages that differ in what they show.
  const scenes = {
    'the rooms': async (person) => {
      await person.open('/');
      await person.online();
    },
    'a room with its nickname form': async (person) => {
      await person.openRoom(slug);
      await person.takeNickname(' ');
      await person.page.locator('#nickname-err:not(:empty)').waitFor();
    },
    'a talk': async (person) => {
      await person.join(slug, 'ada');
      await person.say('Hello');
      await person.page.evaluate(() => {
        const emit = window.io.Socket.prototype.emit;
        window.io.Socket.prototype.emit = function refusing(event, ...args) {
          if (event === 'user message') {
            setTimeout(() => args.at(-1)(null, false, { code: 'no', message: 'Not today.' }), 10);
            return this;
          }
          return emit.call(this, event, ...args);
        };
      });
      await person.write('refused');
      await person.page.locator('.failed').waitFor();
      await person.page.locator('#message').fill('x'.repeat(2001));
      await person.page.locator('#message').press('Enter');
      await person.page.locator('#message-err:not(:empty)').waitFor();
    },
    'a page that does not exist': async (person) => {
      await person.open('/room/nowhere');
    },
    'the sign-in': async (person) => {
      await person.open('/admin');
    },
    'the administration': async (person) => {
      await person.open('/admin');
      await person.page.getByLabel('Password').fill(PASSWORD);
      await person.page.getByRole('button', { name: 'Sign in' }).click();
      await person.page.getByRole('table').waitFor();
    },
  };

  for (const [scene, show] of Object.entries(scenes)) {
    it(`finds nothing wrong with ${scene}, light and dark, wide and narrow`, async () => {
      const person = await stage.come({ reducedMotion: 'reduce', bypassCSP: true });
      await show(person);
      await person.page.addScriptTag({ path: axeFile });
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [1440, 360]) {
          await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await person.page.setViewportSize({ width, height: 800 });
          // A colour may still be on its way from one scheme to the other.
          await eventually(async () => {
            const { count, poor } = await person.page.evaluate(poorContrasts);
            assert.ok(count >= 3, 'the page has text');
            assert.deepEqual(poor, [], `contrast at ${width}, ${colorScheme}`);
          });
          const violations = await person.page.evaluate(async () => {
            const result = await window.axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
            });
            return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
          });
          assert.deepEqual(violations, [], `axe at ${width}, ${colorScheme}`);
        }
      }
      await person.leave({ allowed: /status of 404/ });
    });
  }

  it('has enough contrast between initials and each of their colours', async () => {
    const person = await stage.come();
    await person.open('/');
    await person.page.evaluate(() => {
      document.body.replaceChildren(...Array.from({ length: 12 }, (_, index) => {
        const avatar = document.createElement('span');
        avatar.className = `avatar hue-${index}`;
        avatar.textContent = 'AB';
        return avatar;
      }));
    });
    for (const colorScheme of ['light', 'dark']) {
      await person.page.emulateMedia({ colorScheme });
      await eventually(async () => {
        const { count, poor } = await person.page.evaluate(poorContrasts);
        assert.equal(count, 12);
        assert.deepEqual(poor, []);
      });
    }
    await person.leave();
  });

  it('gives every state of the connection a word and a colour that can be seen', async () => {
    const person = await stage.come();
    await person.openRoom(slug);
    const indicator = person.page.locator('#connection');
    assert.equal(await indicator.innerText(), 'Online');
    assert.equal(await indicator.getAttribute('role'), 'status');
    await person.leave();
  });

  it('can be used by keyboard alone, from the rooms to a message and back', async () => {
    const bob = await stage.come();
    await bob.join(slug, 'bob');
    const ada = await stage.come();
    const { keyboard } = ada.page;
    await ada.open('/');
    await ada.online();

    await keyboard.press('Tab');
    assert.equal(await ada.page.evaluate(() => document.activeElement.textContent), 'Skip to the rooms');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    assert.ok(await focused(ada, '#name'));
    await keyboard.type('By keyboard');
    await keyboard.press('Enter');
    await ada.page.waitForURL('**/room/by-keyboard');
    await ada.page.goBack();
    await ada.online();

    // To the room's link, as many times Tab as it takes.
    for (let tries = 0; tries < 20; tries += 1) {
      await keyboard.press('Tab');
      if (await ada.page.evaluate(() => document.activeElement.textContent === '#General')) {
        break;
      }
    }
    await keyboard.press('Enter');
    await ada.page.waitForURL(`**/room/${slug}`);
    await ada.online();
    await keyboard.press('Tab');
    assert.equal(await ada.page.evaluate(() => document.activeElement.textContent), 'Skip to the message box');
    await keyboard.press('Enter');
    await keyboard.press('Tab');
    assert.ok(await focused(ada, '#nick'));
    await keyboard.type('ada');
    await keyboard.press('Enter');
    await ada.page.locator('#send-message').waitFor();
    await eventually(async () => assert.ok(await focused(ada, '#message'), 'the focus goes to the message box'));
    await keyboard.type('typed');
    await keyboard.press('Enter');
    await bob.hears('typed');
    assert.ok(await focused(ada, '#message'), 'and stays there');

    // The messages can be scrolled, and are a log that is read out.
    const timeline = ada.page.locator('#timeline');
    assert.equal(await timeline.getAttribute('role'), 'log');
    assert.equal(await timeline.getAttribute('aria-live'), 'polite');
    assert.equal(await timeline.getAttribute('tabindex'), '0');

    // Another nickname, and the way back without one.
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    assert.ok(await focused(ada, '#change-nickname'));
    await keyboard.press('Enter');
    assert.ok(await focused(ada, '#nick'));
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    assert.ok(await focused(ada, '#keep-nickname'));
    await keyboard.press('Enter');
    assert.ok(await focused(ada, '#message'));
    await ada.leave();
    await bob.leave();
  });

  it('moves the focus with the pane, and back', async () => {
    const ada = await stage.come({ viewport: { width: 360, height: 700 } });
    await ada.join(slug, 'ada');
    await ada.page.locator('.to-people').focus();
    await ada.page.keyboard.press('Enter');
    assert.ok(await focused(ada, '#people-title'));
    await ada.page.keyboard.press('Escape');
    assert.ok(await focused(ada, '.to-people'));
    await ada.leave();
  });

  it('shows where the focus is', async () => {
    const ada = await stage.come();
    await ada.join(slug, 'ada');
    for (let tries = 0; tries < 25; tries += 1) {
      await ada.page.keyboard.press('Tab');
      const seen = await ada.page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) {
          return true;
        }
        const style = getComputedStyle(element);
        const box = element.closest('.message-box');
        return style.outlineStyle !== 'none' || (box !== null && getComputedStyle(box).boxShadow !== 'none') ||
          element.id === 'composer';
      });
      assert.ok(seen, await ada.page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
    }
    await ada.leave();
  });

  it('keeps still for those who ask for it', async () => {
    const ada = await stage.come({ reducedMotion: 'reduce' });
    const bob = await stage.come();
    await ada.join(slug, 'ada');
    await bob.join(slug, 'bob');
    await bob.page.locator('#message').pressSequentially('x');
    await ada.page.locator('#typing-text', { hasText: 'bob is typing' }).waitFor();
    const running = await ada.page.evaluate(() => document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().activeDuration > 50).length);
    assert.equal(running, 0);
    await ada.leave();
    await bob.leave();
  });
});
