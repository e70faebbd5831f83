import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import { addRoom } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

describe('the layout', () => {
  const stage = useChat();
  let slug;
  before(async () => {
    const ada = await stage.come();
    slug = await addRoom(ada, 'A room with quite a long name, to see');
    await ada.leave();
  });

  const panes = async (person) => {
    const shown = [];
    for (const pane of ['rooms', 'talk', 'people']) {
      if (await person.page.locator(`#${pane}-pane`).isVisible()) {
        shown.push(pane);
      }
    }
    return shown;
  };
  const fits = (person) => person.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  it('has rooms, talk and people side by side on a desktop', async () => {
    const ada = await stage.come({ viewport: { width: 1440, height: 900 } });
    await ada.join(slug, 'ada');
    assert.deepEqual(await panes(ada), ['rooms', 'talk', 'people']);
    const lefts = [];
    for (const pane of ['rooms', 'talk', 'people']) {
      lefts.push((await ada.page.locator(`#${pane}-pane`).boundingBox()).x);
    }
    assert.deepEqual(lefts, [...lefts].sort((a, b) => a - b));
    assert.ok(await fits(ada));
    await ada.leave();
  });

  it('has two panes on a tablet', async () => {
    const ada = await stage.come({ viewport: { width: 768, height: 1024 } });
    await ada.join(slug, 'ada');
    assert.deepEqual(await panes(ada), ['rooms', 'talk']);
    await ada.page.locator('.to-people').click();
    assert.deepEqual(await panes(ada), ['talk', 'people']);
    assert.ok(await fits(ada));
    await ada.leave();
  });

  it('has one pane at a time at 360 pixels, and everything within reach', async () => {
    const ada = await stage.come({ viewport: { width: 360, height: 640 }, hasTouch: true });
    await ada.open('/');
    assert.ok(await fits(ada));
    await ada.join(slug, 'ada');
    assert.deepEqual(await panes(ada), ['talk']);
    assert.ok(await fits(ada));
    await ada.say('wide'.repeat(200));
    assert.ok(await fits(ada), 'a long word does not widen the page');

    await ada.page.locator('.to-rooms').tap();
    assert.deepEqual(await panes(ada), ['rooms']);
    assert.ok(await fits(ada));
    await ada.page.locator('#rooms-pane').getByRole('button', { name: 'Back to the talk' }).tap();
    assert.deepEqual(await panes(ada), ['talk']);
    await ada.page.locator('.to-people').tap();
    assert.deepEqual(await panes(ada), ['people']);
    assert.deepEqual(await ada.names(), ['ada']);
    await ada.page.keyboard.press('Escape');
    assert.deepEqual(await panes(ada), ['talk']);

    // Buttons are large enough for a thumb.
    for (const button of await ada.page.locator('button:visible').all()) {
      const className = await button.getAttribute('class');
      const { width, height } = await button.boundingBox();
      if (!/\blink\b/.test(className)) {
        assert.ok(width >= 36 && height >= 36, `${await button.innerText()}: ${width} x ${height}`);
      }
    }
    await ada.leave();
  });

  it('stays usable at 320 pixels and with text at twice its size', async () => {
    const ada = await stage.come({ viewport: { width: 320, height: 568 } });
    await ada.join(slug, 'ada');
    assert.ok(await fits(ada));
    await ada.page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    assert.ok(await fits(ada));
    assert.ok(await ada.page.locator('#message').isVisible());
    await ada.leave();
  });

  it('is light or dark as the system is', async () => {
    const luminance = (person) => person.page.locator('#talk-pane').evaluate((pane) => {
      const [r, g, b] = getComputedStyle(pane).backgroundColor.match(/[\d.]+/g).map(Number);
      return (r + g + b) / 765;
    });
    for (const colorScheme of ['light', 'dark']) {
      const ada = await stage.come({ colorScheme });
      await ada.openRoom(slug);
      assert.equal((await luminance(ada)) > 0.5, colorScheme === 'light');
      await ada.page.emulateMedia({ colorScheme: colorScheme === 'light' ? 'dark' : 'light' });
      assert.equal((await luminance(ada)) > 0.5, colorScheme === 'dark', 'it follows at once');
      await ada.leave();
    }
  });

  it('loads its font and its client from itself', async () => {
    const ada = await stage.come();
    const answers = new Map();
    ada.page.on('response', (answer) => answers.set(new URL(answer.url()).pathname, answer.status()));
    await ada.openRoom(slug);
    await ada.page.evaluate(() => document.fonts.ready);
    assert.equal(answers.get('/static/vendor/socket.io.min.js'), 200);
    assert.equal(answers.get('/static/vendor/fonts/figtree-latin-wght-normal.woff2'), 200);
    assert.deepEqual([...answers].filter(([, status]) => status >= 400), []);
    await ada.leave();
  });

  it('comes with a policy that lets nothing else in', async () => {
    const answer = await fetch(`${stage.chat.url}/room/${slug}`);
    const policy = answer.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('x-frame-options'), 'DENY');
    const html = await answer.text();
    assert.doesNotMatch(html, /<script>|<style|\sstyle=|\son[a-z]+=/);
    assert.match(answer.headers.get('set-cookie') ?? '', /HttpOnly/i);
    assert.match(answer.headers.get('set-cookie') ?? '', /SameSite=(Lax|Strict)/i);
  });
});
