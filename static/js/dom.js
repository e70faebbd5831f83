// The few DOM helpers that the modules share. Text from people only ever gets in as text nodes.

export const byId = (id) => document.getElementById(id);

// element('p', 'meta', child, 'text', ...)
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.append(...children);
  return made;
}

// A nickname, kept apart from the direction of the text around it.
export function bdi(text, className) {
  return element('bdi', className, text);
}

// Drawn here and not taken from icons.svg: they are needed exactly when the server may be out of reach.
const ICONS = {
  alert: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0', 'M8 4.8v3.7', 'M8 11v.1'],
  check: ['M3 8.5l3.3 3.3L13 4.8'],
  clock: ['M13.7 8A5.7 5.7 0 1 1 2.3 8a5.7 5.7 0 0 1 11.4 0', 'M8 5v3.2l2 1.3'],
};

export function icon(name) {
  const make = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const svg = make('svg');
  svg.setAttribute('class', 'icon line-icon');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  for (const line of ICONS[name]) {
    const path = make('path');
    path.setAttribute('d', line);
    svg.append(path);
  }
  return svg;
}

export function codePoints(text) {
  let count = 0;
  for (const _ of text) {
    count += 1;
  }
  return count;
}

// "ada", "ada and bob", "ada, bob and 3 others": parts as nodes, so that names stay isolated.
export function listOfNames(names, most = 2) {
  const shown = names.length <= most + 1 ? names : names.slice(0, most);
  const others = names.length - shown.length;
  const parts = [];
  shown.forEach((name, index) => {
    if (index > 0) {
      parts.push(index === shown.length - 1 && others === 0 ? ' and ' : ', ');
    }
    parts.push(bdi(name));
  });
  if (others > 0) {
    parts.push(` and ${others} others`);
  }
  return parts;
}
