import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Chat } from './lib/chat.mjs';
import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

const PASSWORD = 'a password for tests';

describe('the administration', () => {
  const stage = useChat({ environment: { CHAT_ADMIN_PASSWORD: PASSWORD } });

  const section = (root, name) =>
    root.page.getByRole('navigation', { name: 'What to show' }).getByRole('link', { name });

  async function admin() {
    const root = await stage.come();
    await root.open('/admin');
    await root.page.getByLabel('Password').fill(PASSWORD);
    await root.page.getByRole('button', { name: 'Sign in' }).click();
    await root.page.getByRole('heading', { name: 'Administration', level: 1 }).waitFor();
    await section(root, 'Rooms').waitFor();
    return root;
  }

  async function remove(root, row) {
    await root.page.getByRole('row').filter({ hasText: row }).getByRole('button', { name: /Remove/ }).click();
    await root.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await root.page.getByRole('status').getByText('was removed.').waitFor();
  }

  it('removes a message from every page that shows it', async () => {
    const ada = await stage.come();
    const bob = await stage.come();
    const slug = await addRoom(ada, 'Messages');
    await ada.join(slug, 'ada');
    await bob.join(slug, 'bob');
    await ada.say('regretted');
    await ada.say('kept');
    await bob.hears('kept');

    const root = await admin();
    await section(root, 'Messages').click();
    await remove(root, 'regretted');
    await eventually(async () => assert.deepEqual(await bob.texts(), ['kept']));
    await eventually(async () => assert.deepEqual(await ada.texts(), ['kept']));
    await bob.page.reload();
    await bob.hears('kept');
    assert.deepEqual(await bob.texts(), ['kept']);
    await root.leave();
    await ada.leave();
    await bob.leave();
  });

  it('removes a user with what they wrote, and tells them', async () => {
    const eve = await stage.come();
    const bob = await stage.come();
    const slug = await addRoom(bob, 'Users');
    await eve.join(slug, 'eve');
    await bob.join(slug, 'bob the second');
    await eve.say('spam');
    await bob.hears('spam');
    const root = await admin();
    await section(root, 'Users').click();
    await remove(root, 'eve');
    await eve.page.getByText('You were removed by an administrator.').waitFor();
    await eventually(async () => assert.deepEqual(await bob.texts(), []));
    await eventually(async () => assert.deepEqual(await bob.names(), ['bob the second']));
    await bob.say('still here');
    await root.leave();
    await eve.leave();
    await bob.leave();
  });

  it('removes a room, and tells those who are in it', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Doomed');
    await ada.join(slug, 'ada the third');
    await ada.say('last words');
    const watcher = await stage.come();
    await watcher.open('/');
    await watcher.online();
    await watcher.page.getByRole('link', { name: 'Doomed' }).waitFor();
    const root = await admin();
    await remove(root, 'Doomed');
    await ada.page.getByText('This room was removed by an administrator.').waitFor();
    await eventually(async () => assert.equal(await watcher.page.getByRole('link', { name: 'Doomed' }).count(), 0));
    assert.equal((await fetch(`${stage.chat.url}/room/${slug}`)).status, 404);
    await root.leave();
    await ada.leave();
    await watcher.leave();
  });

  it('asks before it removes, and can be told to keep', async () => {
    const root = await admin();
    await addRoom(root, 'Spared');
    await root.open('/admin');
    const button = root.page.getByRole('row').filter({ hasText: 'Spared' }).getByRole('button', { name: /Remove/ });
    await button.click();
    await root.page.getByRole('dialog').getByText('Remove the room “Spared” with its 0 messages?').waitFor();
    await root.page.keyboard.press('Escape');
    await eventually(async () => assert.equal(await root.page.getByRole('dialog').isVisible(), false));
    assert.equal(await button.evaluate((element) => element === document.activeElement), true);
    await root.page.reload();
    await root.page.getByRole('row').filter({ hasText: 'Spared' }).waitFor();
    await root.leave();
  });

  it('is closed to those who have not signed in, and after signing out', async () => {
    const root = await admin();
    await root.page.getByRole('button', { name: 'Sign out' }).click();
    await root.page.getByLabel('Password').waitFor();
    await root.open('/admin?show=messages');
    await root.page.getByLabel('Password').waitFor();
    assert.equal(await root.page.getByRole('table').count(), 0);
    const answer = await fetch(`${stage.chat.url}/admin/rooms/1/remove`, { method: 'POST' });
    assert.equal(answer.status, 403);
    await root.leave();
  });

  it('removes nothing without the page’s own token', async () => {
    const root = await admin();
    await addRoom(root, 'Guarded');
    await root.open('/admin');
    const action = await root.page.getByRole('row').filter({ hasText: 'Guarded' }).locator('form').getAttribute('action');
    const answer = await root.page.request.post(stage.chat.url + action, { form: { csrf_token: 'guessed' } });
    assert.equal(answer.status(), 403);
    assert.equal((await fetch(`${stage.chat.url}/room/guarded`)).status, 200);
    await root.leave();
  });

  it('shows hostile names as text', async () => {
    const root = await admin();
    await addRoom(root, '<img src=x onerror=alert(1)>');
    await root.open('/admin');
    await root.page.getByRole('cell', { name: '<img src=x onerror=alert(1)>', exact: true }).waitFor();
    assert.equal(await root.page.locator('td img').count(), 0);
    await root.leave();
  });

  // Last: it uses up the attempts of this address.
  it('refuses a wrong password, and soon any', async () => {
    const eve = await stage.come();
    await eve.open('/admin');
    const begin = Date.now();
    let tries = 0;
    for (; tries < 20; tries += 1) {
      await eve.page.getByLabel('Password').fill('wrong');
      await eve.page.getByRole('button', { name: 'Sign in' }).click();
      const words = await eve.page.locator('#password-err').textContent();
      if (words.startsWith('Too many attempts.')) {
        break;
      }
      assert.equal(words, 'That is not the password.');
    }
    const earned = Math.floor((Date.now() - begin) / 10_000);  // one every ten seconds, on a slow machine
    assert.ok(tries <= 5 + earned, `${tries} attempts were let through`);
    await eve.leave({ allowed: /status of (403|429)/ });
  });
});

describe('a chat without an admin password', () => {
  it('has no administration, and says how to get one', async () => {
    const chat = await Chat.start();
    try {
      const answer = await fetch(`${chat.url}/admin`);
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), /Start the chat with an admin password/);
    } finally {
      await chat.close();
    }
  });
});
