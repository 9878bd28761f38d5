// SPDX-License-Identifier: MIT
// The tree of markdown.js as DOM, with names looked up in the store.

import { h, link } from './dom.js';
import { icon, channelIcon } from './icons.js';
import { inline, parse } from './markdown.js';
import { formatTimestamp, absolute, validUnix } from './time.js';
import { hueOf, isJumbo, readable } from './util.js';
import { roleRgb } from './store.js';

const SIMPLE = {
  bold: 'strong', italic: 'em', underline: 'u', strike: 's', subtext: 'small',
};

function mention(props, ...kids) {
  return h('span', { class: 'mention', ...props }, ...kids);
}

function pressable(props, fn, ...kids) {
  return mention({
    ...props, role: 'button', tabindex: 0, class: `mention pressable ${props.class ?? ''}`,
    on: {
      click: (ev) => fn(ev.currentTarget),
      keydown: (ev) => {
        if (ev.key !== 'Enter' && ev.key !== ' ') return;
        ev.preventDefault();
        fn(ev.currentTarget);
      },
    },
  }, ...kids);
}

function userMention(ctx, id) {
  const name = ctx.store.displayName(id) ?? 'unknown-user';
  return pressable({ 'data-user-id': id, testid: 'mention' },
    (el) => ctx.actions.openUser(el, id), '@' + name);
}

function roleMention(ctx, id) {
  const role = ctx.store.guild?.roles.find((r) => r.id === id);
  const rgb = readable(roleRgb(role));
  const name = role?.name ?? 'unknown-role';
  return mention({
    class: rgb ? 'mention role-mention' : 'mention', style: rgb ? { '--role': rgb } : {},
    testid: 'mention',
  }, name.startsWith('@') ? name : '@' + name);
}

function channelMention(ctx, id) {
  const channel = ctx.store.findChannel(id);
  if (!channel) return mention({ testid: 'mention' }, '# unknown');
  return pressable({ testid: 'mention' }, () => ctx.actions.goChannel(id),
    channelIcon(channel, { size: 15 }), channel.name ?? 'direct message');
}

function commandMention(ctx, node) {
  return pressable({ testid: 'command-mention' },
    () => ctx.actions.startCommand(node.name), '/' + node.name);
}

function spoiler(kids) {
  const el = h('span', {
    class: 'spoiler', role: 'button', tabindex: 0, 'aria-expanded': 'false',
    'aria-label': 'Spoiler: press to reveal', testid: 'spoiler',
  }, h('span', { class: 'spoiler-body', 'aria-hidden': 'true' }, kids));
  const reveal = (ev) => {
    if (el.classList.contains('revealed')) return;
    ev.preventDefault();
    ev.stopPropagation();
    el.classList.add('revealed');
    el.removeAttribute('aria-label');
    el.setAttribute('aria-expanded', 'true');
    el.firstChild.removeAttribute('aria-hidden');
  };
  el.addEventListener('click', reveal, true);
  el.addEventListener('keydown', (ev) => {
    if (ev.key === 'Enter' || ev.key === ' ') reveal(ev);
  });
  return el;
}

function codeblock(node) {
  const copy = h('button', {
    type: 'button', class: 'code-copy', 'aria-label': 'Copy the code',
    on: { click: () => navigator.clipboard?.writeText(node.text) },
  }, icon('copy', { size: 16 }));
  return h('div', { class: 'codeblock', testid: 'codeblock', tabindex: 0 },
    node.lang && h('span', { class: 'code-lang' }, node.lang), copy,
    h('pre', null, h('code', null, node.text)));
}

function time(node) {
  const text = formatTimestamp(node.unix, node.style);
  if (text === null) return document.createTextNode(`<t:${node.unix}:${node.style}>`);
  const ms = node.unix * 1000;
  return h('time', {
    class: 'timestamp', datetime: new Date(ms).toISOString(), title: absolute(ms),
    'data-unix': node.unix, 'data-style': node.style, testid: 'timestamp', tabindex: 0,
  }, text);
}

// Emoji pictures live on Discord's servers, which the sandbox never asks.
function emoji(node) {
  return h('span', {
    class: 'custom-emoji', role: 'img', 'aria-label': `:${node.name}:`,
    title: `:${node.name}:`, style: { '--hue': hueOf(node.id) },
  }, [...node.name][0].toUpperCase());
}

function list(ctx, node) {
  return h(node.ordered ? 'ol' : 'ul', node.ordered ? { start: node.start } : null,
    node.items.map((kids) => h('li', null, render(ctx, kids))));
}

const RENDER = {
  text: (ctx, n) => document.createTextNode(n.text),
  br: () => h('br'),
  paragraph: (ctx, n) => h('div', { class: 'para' }, render(ctx, n.kids)),
  spoiler: (ctx, n) => spoiler(render(ctx, n.kids)),
  quote: (ctx, n) => h('blockquote', null, render(ctx, n.kids)),
  heading: (ctx, n) => h('div', { class: `h${n.level}`, role: 'heading', 'aria-level': n.level + 2 },
    render(ctx, n.kids)),
  code: (ctx, n) => h('code', { class: 'inline-code' }, n.text),
  codeblock: (ctx, n) => codeblock(n),
  link: (ctx, n) => link(n.url, render(ctx, n.kids)),
  list,
  user: (ctx, n) => userMention(ctx, n.id),
  role: (ctx, n) => roleMention(ctx, n.id),
  channel: (ctx, n) => channelMention(ctx, n.id),
  everyone: (ctx, n) => mention({ testid: 'mention' }, n.id),
  guide: (ctx, n) => mention({}, n.id === 'customize' ? 'Channels & Roles' : n.id),
  command: (ctx, n) => commandMention(ctx, n),
  time: (ctx, n) => time(n),
  emoji: (ctx, n) => emoji(n),
};

function render(ctx, nodes) {
  return nodes.map((n) => {
    const tag = SIMPLE[n.type];
    return tag ? h(tag, null, render(ctx, n.kids)) : RENDER[n.type](ctx, n);
  });
}

/** All of the markdown, as an array of nodes. */
export function rich(ctx, source) {
  return render(ctx, parse(source));
}

/** Only what one line may have: titles, names of fields. */
export function richInline(ctx, source) {
  return render(ctx, inline(String(source ?? '').slice(0, 4000)));
}

/** A message's content; `after` (the edited mark) follows its last words. */
export function richContent(ctx, source, after) {
  const nodes = rich(ctx, source);
  const el = h('div', {
    class: `content md${isJumbo(source) ? ' jumbo' : ''}`, testid: 'message-content',
  }, nodes);
  if (after) {
    const last = el.lastElementChild;
    (last?.classList.contains('para') ? last : el).append(' ', after);
  }
  return el;
}

/** An emoji object of a component: a unicode one as it is, others by name. */
export function emojiNode(e) {
  if (!e) return null;
  if (e.id) return emoji({ name: e.name || 'e', id: e.id });
  return h('span', { class: 'emoji', 'aria-hidden': 'true' }, e.name ?? '');
}

/** Relative times move on; called once a second. */
export function tickTimestamps(root = document) {
  for (const el of root.querySelectorAll('time[data-style="R"]')) {
    const unix = Number(el.dataset.unix);
    const text = validUnix(unix) ? formatTimestamp(unix, 'R') : null;
    if (text !== null && el.textContent !== text) el.textContent = text;
  }
}
