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

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `/static/icons/icons.svg#${name}`);
  svg.append(use);
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
