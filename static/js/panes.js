// Which pane is shown where not all three fit (the rules are in room.css), and where the focus goes.

import { byId } from './dom.js';

const HEADINGS = { rooms: 'rooms-title', talk: 'room-title', people: 'people-title' };

export function setUpPanes(app) {
  let opener = null;

  function show(pane, from) {
    app.dataset.pane = pane;
    if (pane === 'talk') {
      (opener?.checkVisibility() ? opener : byId(HEADINGS.talk)).focus();
      opener = null;
    } else {
      opener = from;
      byId(HEADINGS[pane]).focus();
    }
  }

  for (const button of app.querySelectorAll('[data-show]')) {
    button.addEventListener('click', () => show(button.dataset.show, button));
  }
  app.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && app.dataset.pane !== 'talk' && !event.defaultPrevented) {
      show('talk');
    }
  });
}
