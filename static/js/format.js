// Times, days, and message text with its links.

import { element } from './dom.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const dayOfThisYear = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfAnyYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

export function timeElement(at) {
  const date = new Date(at);
  const time = element('time', '', clock.format(date));
  time.dateTime = date.toISOString();
  time.title = full.format(date);
  return time;
}

// Days compare by the local calendar, not by 24 hours.
export function dayKey(at) {
  const date = new Date(at);
  return date.getFullYear() * 10000 + date.getMonth() * 100 + date.getDate();
}

export function dayLabel(at, now = Date.now()) {
  const key = dayKey(at);
  if (key === dayKey(now)) {
    return 'Today';
  }
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (key === dayKey(yesterday)) {
    return 'Yesterday';
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayOfThisYear : dayOfAnyYear).format(new Date(at));
}

// "5 minutes ago", for the page of rooms.
export function ago(at, now = Date.now()) {
  const seconds = Math.round((at - now) / 1000);
  const steps = [[60, 'second'], [60, 'minute'], [24, 'hour'], [30, 'day'], [12, 'month']];
  let value = seconds;
  for (const [size, unit] of steps) {
    if (Math.abs(value) < size) {
      return unit === 'second' ? 'just now' : relative.format(value, unit);
    }
    value = Math.round(value / size);
  }
  return relative.format(value, 'year');
}

// http and https only; no invisible or direction-changing character (\p{Cf}) can be part of a link.
const LINK = /\bhttps?:\/\/[^\s<>"\p{Cf}\p{Cc}]+/giu;

// Punctuation behind a link belongs to the sentence; a closing bracket only if it was opened in the link.
function trimLink(link) {
  for (;;) {
    const last = link.at(-1);
    if ('.,;:!?\'*_~…'.includes(last)) {
      link = link.slice(0, -1);
    } else if (')]}'.includes(last)) {
      const open = '([{'[')]}'.indexOf(last)];
      if (link.split(open).length >= link.split(last).length) {
        return link;
      }
      link = link.slice(0, -1);
    } else {
      return link;
    }
  }
}

function anchor(link) {
  let url;
  try {
    url = new URL(link);
  } catch {
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return null;
  }
  const made = element('a', '', link);
  made.href = url.href;
  made.target = '_blank';
  made.rel = 'noopener noreferrer nofollow ugc';
  return made;
}

export function messageText(text) {
  const fragment = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const link = trimLink(match[0]);
    const made = anchor(link);
    if (made) {
      fragment.append(text.slice(done, match.index), made);
      done = match.index + link.length;
    }
  }
  fragment.append(text.slice(done));
  return fragment;
}

const FEW_EMOJI =
  /^(?:(?:\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*)*)\s?){1,3}$/u;

export function isFewEmoji(text) {
  return FEW_EMOJI.test(text);
}
