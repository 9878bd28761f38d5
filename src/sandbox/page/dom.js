// SPDX-License-Identifier: MIT
// Making DOM without HTML strings: user text only ever becomes text nodes.

const SVG_NS = 'http://www.w3.org/2000/svg';

/** Only http and https leave the page; anything else is no link at all. */
export function safeUrl(url) {
  if (typeof url !== 'string') return null;
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  return ['http:', 'https:'].includes(parsed.protocol) ? parsed.href : null;
}

/**
 * Where an image may be loaded from: the sandbox itself, however it was
 * addressed. Null for everything else, which is then named, not loaded.
 */
export function ownUrl(url, origin = location.origin) {
  if (typeof url !== 'string') return null;
  if (url.startsWith('data:image/')) return url;
  let parsed, own;
  try {
    own = new URL(origin);
    parsed = new URL(url, own);
  } catch {
    return null;
  }
  const loopback = ['127.0.0.1', 'localhost', '[::1]'];
  const same = parsed.origin === own.origin ||
    (loopback.includes(parsed.hostname) && parsed.port === own.port &&
     loopback.includes(own.hostname));
  return same ? parsed.pathname + parsed.search : null;
}

function setProp(el, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key === 'class') el.setAttribute('class', value);
  else if (key === 'text') el.textContent = value;
  else if (key === 'style') for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
  else if (key === 'on') for (const [k, fn] of Object.entries(value)) el.addEventListener(k, fn);
  else if (key === 'testid') el.setAttribute('data-testid', value);
  else if (['value', 'checked', 'indeterminate'].includes(key)) el[key] = value;
  else if (/^on/i.test(key) || /html/i.test(key)) throw new Error(`refused: ${key}`);
  else el.setAttribute(key, value === true ? '' : String(value));
}

function append(el, kids) {
  for (const kid of kids.flat(Infinity)) {
    if (kid === null || kid === undefined || kid === false) continue;
    el.append(kid instanceof Node ? kid : document.createTextNode(String(kid)));
  }
}

/** h('a', { class: 'x', on: { click: fn } }, 'text', node, [more]) */
export function h(tag, props, ...kids) {
  const el = document.createElement(tag);
  for (const [k, v] of Object.entries(props ?? {})) setProp(el, k, v);
  append(el, kids);
  return el;
}

export function svg(tag, props, ...kids) {
  const el = document.createElementNS(SVG_NS, tag);
  for (const [k, v] of Object.entries(props ?? {})) setProp(el, k, v);
  append(el, kids);
  return el;
}

export function replace(el, ...kids) {
  el.replaceChildren();
  append(el, kids);
  return el;
}

/** A link that opens outside of the page, or plain text when it is none. */
export function link(url, ...kids) {
  const href = safeUrl(url);
  if (!href) return h('span', null, ...kids);
  return h('a', {
    href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href,
  }, ...kids);
}

/** A button with an icon or text; label is what a screen reader says. */
export function button(props, ...kids) {
  return h('button', { type: 'button', ...props }, ...kids);
}

export function announce(text) {
  const box = document.getElementById('announce');
  if (box) box.textContent = text;
}

/** Arrow keys walk over the elements that match; Home and End jump. */
export function arrowKeys(container, selector, { horizontal = false } = {}) {
  container.addEventListener('keydown', (ev) => {
    const next = horizontal ? 'ArrowRight' : 'ArrowDown';
    const prev = horizontal ? 'ArrowLeft' : 'ArrowUp';
    if (![next, prev, 'Home', 'End'].includes(ev.key)) return;
    const items = [...container.querySelectorAll(selector)].filter((x) => x.offsetParent);
    const at = items.indexOf(document.activeElement);
    if (at < 0) return;
    const to = { [next]: at + 1, [prev]: at - 1, Home: 0, End: items.length - 1 }[ev.key];
    const el = items[Math.max(0, Math.min(items.length - 1, to))];
    el.focus();
    ev.preventDefault();
  });
}
