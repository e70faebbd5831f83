// The administration: local times, and a question before anything is removed. It works without this, too.

import { byId } from './dom.js';

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

for (const time of document.querySelectorAll('time')) {
  time.textContent = format.format(new Date(time.dateTime));
}

const dialog = byId('confirm');
let asked = null;

for (const form of document.querySelectorAll('form[data-confirm]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    asked = form;
    byId('confirm-text').textContent = form.dataset.confirm;
    dialog.returnValue = 'keep';
    dialog.showModal();
  });
}

dialog.addEventListener('close', () => {
  if (dialog.returnValue === 'remove') {
    asked.submit();  // without another submit event
  } else {
    asked.querySelector('button').focus();
  }
});
