// Who this page is to the server: two random ids and the nickname.
//
// `visitor` stays with the browser, so that one's own messages are recognised tomorrow; `tab` with this tab, so that a
// reload or a lost connection takes its nickname back while any other tab finds it in use.

const memory = new Map();

export function read(storage, key) {
  try {
    return window[storage].getItem(`sio-chat:${key}`);
  } catch {
    return memory.get(key) ?? null;  // storage is blocked: the page works, and forgets on reload
  }
}

export function write(storage, key, value) {
  try {
    window[storage].setItem(`sio-chat:${key}`, value);
  } catch {
    memory.set(key, value);
  }
}

function erase(storage, key) {
  memory.delete(key);
  try {
    window[storage].removeItem(`sio-chat:${key}`);
  } catch {
    // Nothing was stored.
  }
}

export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function kept(storage, key) {
  let value = read(storage, key);
  if (!value) {
    value = randomId();
    write(storage, key, value);
  }
  return value;
}

export const credentials = () => ({ visitor: kept('localStorage', 'visitor'), tab: kept('sessionStorage', 'tab') });

// The nickname that this tab talks under; one from an earlier visit is only a suggestion.
export const nickname = {
  current: () => read('sessionStorage', 'nickname'),
  suggestion: () => read('sessionStorage', 'nickname') ?? read('localStorage', 'nickname') ?? '',
  remember(value) {
    write('sessionStorage', 'nickname', value);
    write('localStorage', 'nickname', value);
  },
  forget: () => erase('sessionStorage', 'nickname'),
};
