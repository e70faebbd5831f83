// The foot of the talk: a nickname form first, then the message box.

import { byId, codePoints } from './dom.js';

export class Composer {
  #nickForm = byId('set-nickname');
  #nick = byId('nick');
  #nickError = byId('nickname-err');
  #keep = byId('keep-nickname');
  #form = byId('send-message');
  #text = byId('message');
  #error = byId('message-err');
  #counter = byId('counter');
  #limit = Number(this.#text.dataset.limit);

  constructor({ suggestion, onNickname, onMessage, onTyping }) {
    this.onNickname = onNickname;
    this.onMessage = onMessage;
    this.onTyping = onTyping;

    this.#nick.value = suggestion;
    this.#nickForm.addEventListener('submit', (event) => this.#submitNickname(event));
    this.#keep.addEventListener('click', () => this.#showForms('message'));
    byId('change-nickname').addEventListener('click', () => this.#changeNickname());

    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submitMessage();
    });
    this.#text.addEventListener('keydown', (event) => {
      // isComposing: Enter only confirms what an input method offers.
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#submitMessage();
      }
    });
    this.#text.addEventListener('input', () => {
      this.#grow();
      this.#count();
      this.onTyping(this.#text.value.trim() !== '');
    });
  }

  // The first nickname, or another one because the server does not agree to the old one any more.
  askNickname(why = '') {
    this.#keep.hidden = true;
    this.#setNickError(why);
    this.#showForms('nickname');
  }

  showMessageForm(nickname) {
    byId('my-nickname').textContent = nickname;
    this.#nick.value = nickname;
    this.#setNickError('');
    this.#showForms('message');
  }

  close(why) {
    this.#nickForm.hidden = true;
    this.#form.hidden = true;
    byId('closed-text').textContent = why;
    byId('closed').hidden = false;
    byId('composer').focus();
  }

  #showForms(which) {
    const wasInside = byId('composer').contains(document.activeElement) || document.activeElement === document.body;
    this.#nickForm.hidden = which !== 'nickname';
    this.#form.hidden = which !== 'message';
    if (wasInside) {
      (which === 'nickname' ? this.#nick : this.#text).focus();
    }
  }

  #changeNickname() {
    this.#keep.hidden = false;
    this.#setNickError('');
    this.#showForms('nickname');
    this.#nick.select();
  }

  async #submitNickname(event) {
    event.preventDefault();
    const wanted = this.#nick.value.trim();
    const limit = Number(this.#nick.dataset.limit);
    if (wanted === '') {
      this.#setNickError('Type the name that others should see.');
    } else if (codePoints(wanted) > limit) {
      this.#setNickError(`A nickname has at most ${limit} characters.`);
    } else {
      this.#setNickError(await this.onNickname(wanted));
    }
    if (this.#nickError.textContent) {
      this.#nick.focus();
      this.#nick.select();
    }
  }

  #setNickError(text) {
    this.#nickError.textContent = text;
    this.#nick.setAttribute('aria-invalid', text ? 'true' : 'false');
  }

  #submitMessage() {
    const text = this.#text.value.replace(/\s+$/u, '').replace(/^(?:[ \t]*\n)+/u, '');
    if (text.trim() === '') {
      return;
    }
    const length = codePoints(text);
    if (length > this.#limit) {
      this.#error.textContent =
        `That is ${length.toLocaleString()} characters; a message has at most ${this.#limit.toLocaleString()}.`;
      this.#text.setAttribute('aria-invalid', 'true');
      return;
    }
    this.onMessage(text);
    this.#text.value = '';
    this.#grow();
    this.#count();
    this.#text.focus();
  }

  #count() {
    const length = codePoints(this.#text.value);
    const over = length > this.#limit;
    this.#counter.textContent = length > this.#limit * 0.8 ? `${length.toLocaleString()} of ${this.#limit.toLocaleString()}` : '';
    this.#counter.classList.toggle('over', over);
    if (!over) {
      this.#error.textContent = '';
      this.#text.removeAttribute('aria-invalid');
    }
  }

  // For browsers without `field-sizing: content`.
  #grow() {
    if (!CSS.supports('field-sizing', 'content')) {
      this.#text.rows = Math.min(8, this.#text.value.split('\n').length);
    }
  }
}
