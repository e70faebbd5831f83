import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { addRoom, eventually } from './lib/people.mjs';
import { useChat } from './lib/stage.mjs';

// A page of 2012, socket.io-client 0.9.17, against the namespace that the present page uses.
class Veteran {
  static async come(stage, slug, nickname) {
    const veteran = new Veteran();
    veteran.person = await stage.come();
    veteran.page = veteran.person.page;
    await veteran.person.open(`/legacy/${slug}`);
    await veteran.connected();
    if (nickname) {
      await veteran.takeNickname(nickname);
      await veteran.page.locator('#send-message').waitFor();
    }
    return veteran;
  }

  connected() {
    return this.page.locator('#status', { hasText: 'Connected by websocket' }).waitFor();
  }

  async takeNickname(nickname) {
    await this.page.locator('#nick').fill(nickname);
    await this.page.locator('#set-nickname button').click();
  }

  async say(text) {
    await this.page.locator('#message').fill(text);
    await this.page.locator('#message').press('Enter');
  }

  line(text) {
    return this.page.locator('#lines p', { hasText: text });
  }

  hears(text) {
    return this.line(text).waitFor();
  }

  leave(options) {
    return this.person.leave(options);
  }
}

describe('the page for clients of 0.9', () => {
  const stage = useChat();

  it('talks with a page of today in one room, both ways, with acknowledgements', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Two ages');
    await ada.join(slug, 'ada');
    const bob = await Veteran.come(stage, slug, 'bob');
    await ada.page.locator('.announcement', { hasText: 'bob joined' }).waitFor();
    await eventually(async () => assert.deepEqual(await ada.names(), ['ada', 'bob']));
    await bob.page.locator('#nicknames', { hasText: 'Online: ada, bob' }).waitFor();

    const text = 'Grüße 👋🏽 </script><b>"\u2028\\';
    await ada.say(text);
    await bob.hears(text);
    assert.equal(await bob.page.locator('#lines b').last().textContent(), 'ada');
    await bob.say(text + ' too');
    await ada.hears(text + ' too');
    await bob.line(text + ' too').and(bob.page.locator('.own.delivered')).waitFor();

    await bob.leave();
    await ada.page.locator('.announcement', { hasText: 'bob left' }).waitFor();
    await ada.leave();
  });

  it('says why a nickname or a message is not taken', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Refusals');
    await ada.join(slug, 'eve');
    const bob = await Veteran.come(stage, slug);
    await bob.takeNickname('eve');
    await bob.page.locator('#nickname-error', { hasText: 'Nickname already in use' }).waitFor();
    await bob.takeNickname('eva');
    await bob.page.locator('#send-message').waitFor();
    await bob.say('\u200b');
    await bob.hears('There is nothing in it.');
    await bob.leave();
    await ada.leave();
  });

  it('comes back with its nickname after the server has been away', async () => {
    const ada = await stage.come();
    const slug = await addRoom(ada, 'Back again');
    await ada.leave();
    const bob = await Veteran.come(stage, slug, 'boomerang');
    await stage.chat.crash();
    await bob.page.locator('#status', { hasText: /^(Disconnected|Connecting …)$/ }).waitFor();
    await stage.chat.begin();
    await bob.connected();
    await bob.page.locator('#nicknames', { hasText: 'boomerang' }).waitFor();
    await bob.leave({ away: true });
  });

  it('/legacy leads to a room, and what is not there is not found', async () => {
    const ada = await stage.come();
    await addRoom(ada, 'Any');
    await ada.open('/legacy');
    await ada.page.waitForURL('**/legacy/*');
    assert.equal((await ada.page.request.get(`${stage.chat.url}/legacy/nowhere`)).status(), 404);
    await ada.leave();
  });
});
