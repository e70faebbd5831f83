import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

describe('the page of rooms', () => {
  const stage = useChat();

  it('says what to do when there are no rooms, and leads into the first one', async () => {
    const ada = await stage.come();
    await ada.open('/');
    await ada.page.getByRole('heading', { name: 'There are no rooms yet' }).waitFor();
    assert.equal(await addRoom(ada, 'Weekend plans'), 'weekend-plans');
    await ada.page.getByRole('heading', { name: 'Weekend plans', level: 1 }).waitFor();
    await ada.page.getByText('Nothing has been said here yet').waitFor();
    await ada.open('/');
    await ada.page.getByRole('link', { name: 'Weekend plans' }).waitFor();
    assert.equal(await ada.page.getByText('There are no rooms yet').isVisible(), false);
    await ada.leave();
  });

  it('leads to the room that is there already when the name is taken', async () => {
    const ada = await stage.come();
    assert.equal(await addRoom(ada, 'Books'), 'books');
    assert.equal(await addRoom(ada, 'BOOKS'), 'books');
    assert.equal(await addRoom(ada, 'C'), 'c');
    assert.equal(await addRoom(ada, 'C++'), 'c-2');
    await ada.open('/');
    assert.equal(await ada.page.locator('[data-slug="books"]').count(), 1);
    await ada.leave();
  });

  it('refuses a room without a name, or with too long a one, in words', async () => {
    const ada = await stage.come();
    await ada.open('/');
    await ada.page.locator('#name').fill('   ');
    await ada.page.locator('#submit').click();
    await ada.page.getByRole('alert').getByText('Give the room a name.').waitFor();
    await ada.page.locator('#name').evaluate((input) => input.removeAttribute('maxlength'));
    await ada.page.locator('#name').fill('x'.repeat(41));
    await ada.page.locator('#submit').click();
    await ada.page.getByText('at most 40 characters').waitFor();
    assert.equal(await ada.page.locator('#name').inputValue(), 'x'.repeat(41));
    await ada.leave({ allowed: /status of 400/ });
  });

  it('adds no room for a form that did not come from its own page', async () => {
    const answer = await fetch(`${stage.chat.url}/create`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Forged' }),
      redirect: 'manual',
    });
    assert.equal(answer.status, 403);
    const page = await (await fetch(`${stage.chat.url}/`)).text();
    assert.equal(page.includes('Forged'), false);
  });

  it('shows who is online in each room, as it changes', async () => {
    const watcher = await stage.come();
    const ada = await stage.come();
    const bob = await stage.come();
    const slug = await addRoom(ada, 'Presence');
    await watcher.open('/');
    await watcher.online();
    const card = watcher.page.locator(`[data-slug="${slug}"]`);
    await card.getByText('Nobody is here right now').waitFor();

    await ada.join(slug, 'ada');
    await bob.join(slug, 'bob');
    await eventually(async () => assert.deepEqual(await card.locator('.who bdi').allTextContents(), ['ada', 'bob']));
    await eventually(async () =>
      assert.equal(await watcher.page.locator('#online-summary').textContent(), '2 people online in 1 room'));

    await ada.leave();
    await eventually(async () => assert.deepEqual(await card.locator('.who bdi').allTextContents(), ['bob']));

    // Without a script the server says the same.
    const page = await (await fetch(`${stage.chat.url}/`)).text();
    assert.match(page, /1 person online in 1 room/);
    await bob.leave();
    await watcher.leave();
  });

  it('shows a room that somebody else adds', async () => {
    const watcher = await stage.come();
    const ada = await stage.come();
    await watcher.open('/');
    await watcher.online();
    await watcher.page.waitForTimeout(200);
    await addRoom(ada, 'Just added');
    await watcher.page.getByRole('link', { name: 'Just added' }).waitFor();
    await ada.leave();
    await watcher.leave();
  });

  it('answers for a room that does not exist with a page that leads back', async () => {
    const ada = await stage.come();
    const answer = await ada.page.goto(`${stage.chat.url}/room/nowhere`);
    assert.equal(answer.status(), 404);
    await ada.page.getByRole('link', { name: 'See all rooms' }).click();
    await ada.page.getByRole('heading', { name: 'Rooms', level: 1 }).waitFor();
    await ada.leave({ allowed: /status of 404/ });
  });
});
