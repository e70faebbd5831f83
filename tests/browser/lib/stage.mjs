// What the tests of a describe() stand on: called in it, these set up what they name before the first test, and take it down
// after the last.
import { after, before } from 'node:test';

import { Testbed } from '../../support/testbed.mjs';
import { Chat } from './chat.mjs';
import { Person, launch } from './people.mjs';

/** Chromium, as `browser`. */
export function useChromium() {
  const stage = {};
  before(async () => {
    stage.browser = await launch();
  });
  after(() => stage.browser?.close());
  return stage;
}

/** Chromium, and the chat as `chat`; `come()` gives a person with a browser profile of their own. */
export function useChat({ environment } = {}) {
  const stage = useChromium();
  before(async () => {
    stage.chat = await Chat.start(environment);
  });
  after(() => stage.chat?.close());
  stage.come = (options) => Person.come(stage.browser, stage.chat, options);
  return stage;
}

/** As `testbed` one with both of its ports. */
export function useTestbed() {
  const stage = {};
  before(async () => {
    stage.testbed = await Testbed.start();
  });
  after(() => stage.testbed?.stop());
  return stage;
}
