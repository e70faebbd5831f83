// Initials in a colour that depends on the nickname alone, so that it is the same on every page and every day.

const HUES = 12;  // .hue-0 ... .hue-11 in tokens.css
const encoder = new TextEncoder();

// FNV-1a, 32 bits, over UTF-8: the server colours the rooms page with the same function (people.cpp).
export function hue(nickname) {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(nickname)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash % HUES;
}

const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter() : null;
const graphemes = (text) => segmenter ? Array.from(segmenter.segment(text), (part) => part.segment) : Array.from(text);

// "ada lovelace" is AL, "ada" is AD, "🦊" stays itself.
export function initials(nickname) {
  const words = nickname.split(/[^\p{L}\p{N}\p{M}]+/u).filter(Boolean);
  if (words.length === 0) {
    return graphemes(nickname.replace(/\p{Cf}/gu, (c) => (c === '\u200d' ? c : '')).trim())[0] ?? '?';
  }
  const letters = words.length > 1
    ? [graphemes(words[0])[0], graphemes(words[words.length - 1])[0]]
    : graphemes(words[0]).slice(0, 2);
  return letters.join('').toLocaleUpperCase();
}

export function avatar(nickname) {
  const element = document.createElement('span');
  element.className = `avatar hue-${hue(nickname)}`;
  element.setAttribute('aria-hidden', 'true');
  element.textContent = initials(nickname);
  return element;
}
