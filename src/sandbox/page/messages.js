// SPDX-License-Identifier: MIT
// The list of messages: grouped by author, kept at its end while new ones come.

import { h, replace, button } from './dom.js';
import { channelIcon, icon } from './icons.js';
import { message, pendingEntry } from './message.js';
import { richInline } from './richtext.js';
import { compareIds, messageTime, plural } from './util.js';
import { longDate, sameDay } from './time.js';

const GROUP_MS = 7 * 60 * 1000;
const NEAR_END_PX = 120;
const FORUMS = new Set([15, 16]);

/** Whether a message goes under the one before without a header of its own. */
export function grouped(prev, m) {
  if (!prev || prev.author?.id !== m.author?.id) return false;
  if (m.webhook_id && prev.author?.username !== m.author?.username) return false;
  if ((m.type ?? 0) !== 0 || ![0, 19, 20, 23].includes(prev.type ?? 0)) return false;
  if (m.message_reference || m.interaction_metadata) return false;
  if (Boolean(prev.ephemeral_for) !== Boolean(m.ephemeral_for)) return false;
  const a = messageTime(prev), b = messageTime(m);
  return b - a < GROUP_MS && sameDay(a, b);
}

export class MessageList {
  constructor(ctx) {
    this.ctx = ctx;
    this.rows = new Map(); // message id -> { el, message, group, pending }
    this.list = h('div', { class: 'messages', role: 'log', 'aria-live': 'polite', testid: 'messages' });
    this.intro = h('div', { class: 'channel-intro' });
    this.scroller = h('div', { class: 'scroller', tabindex: 0, testid: 'message-scroller', role: 'region', 'aria-label': 'Messages' },
      h('div', { class: 'scroll-fill' }), this.intro, this.list);
    this.jump = button({ class: 'jump', testid: 'jump', on: { click: () => this.toEnd() } });
    this.jump.hidden = true;
    this.el = h('div', { class: 'message-area' }, this.scroller, this.jump);
    this.missed = 0;
    this.atEnd = true;
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.atEnd && this.#stick()).observe(this.list);
    new ResizeObserver(() => this.atEnd && this.#stick()).observe(this.scroller);

    const { store } = ctx;
    store.on('messages', (id) => id === store.channelId && this.update());
    store.on('interactions', () => this.update());
    store.on('place state', () => this.#place());
    store.on('guilds', () => this.#namesChanged());
  }

  scrollPage(direction) {
    this.scroller.scrollBy(0, direction * this.scroller.clientHeight * 0.8);
  }

  toEnd() {
    this.missed = 0;
    this.jump.hidden = true;
    this.#stick();
  }

  /** Roles and nicks show in every message: when they change, all are made anew. */
  #namesChanged() {
    const g = this.ctx.store.guild;
    const names = JSON.stringify(g && [
      g.roles.map((r) => [r.id, r.name, r.position, r.color, r.colors]),
      g.members.map((m) => [m.user?.id, m.nick, m.roles]), g.channels.map((c) => [c.id, c.name])]);
    if (names !== this.names) for (const row of this.rows.values()) row.message = null;
    this.names = names;
    this.update();
  }

  #place() {
    const { store } = this.ctx;
    const key = `${store.me?.id}:${store.channelId}`;
    if (this.key !== key) {
      this.key = key;
      this.names = null;
      this.atEnd = true;
      this.missed = 0;
      this.jump.hidden = true;
    }
    this.#namesChanged();
    const name = store.channel?.name;
    this.list.setAttribute('aria-label', name ? `Messages in #${name}` : 'Messages');
  }

  #stick() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #scrolled() {
    const s = this.scroller;
    this.atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < NEAR_END_PX;
    if (this.atEnd) {
      this.missed = 0;
      this.jump.hidden = true;
    }
    if (s.scrollTop < 200) this.#older();
  }

  async #older() {
    const { store, actions } = this.ctx;
    const box = store.messages.get(store.channelId);
    if (!box || box.complete || this.loading || !box.list.length) return;
    this.loading = true;
    const { scrollHeight, scrollTop } = this.scroller;
    try {
      await actions.loadOlder(store.channelId);
      this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
    } finally {
      this.loading = false;
    }
  }

  #row(m, group) {
    const { store } = this.ctx;
    const pending = this.ctx.actions.pendingOn(m.id);
    const old = this.rows.get(m.id);
    if (old && old.message === m && old.group === group && old.pending === pending) return old;
    const focus = old && focusKey(old.el);
    const el = message({ ...this.ctx, message: m, pending, pendingNow: () => this.ctx.actions.pendingOn(m.id)?.state === 'sent' }, group);
    const row = { el, message: m, group, pending, focus };
    this.rows.set(m.id, row);
    if (!old && this.shownOnce && m.author?.id !== store.me?.id && !this.atEnd) this.missed++;
    return row;
  }

  update() {
    const { store } = this.ctx;
    const list = store.list();
    const nodes = [], refocus = [];
    let last = 0;
    let prev = null;
    const waiting = this.#waiting(list);
    const entriesBefore = (id) => {
      while (waiting.length && (!id || compareIds(waiting[0].id, id) < 0)) {
        nodes.push(pendingEntry(this.ctx, waiting.shift()));
        prev = null;
      }
    };
    for (const m of list) {
      entriesBefore(m.id);
      const at = messageTime(m);
      if (!last || !sameDay(last, at)) nodes.push(this.#day(at));
      last = at;
      const row = this.#row(m, grouped(prev, m) ? 'follows' : 'starts');
      if (row.focus) refocus.push(row);
      nodes.push(row.el);
      prev = m;
    }
    entriesBefore(null);
    const known = new Set(list.map((m) => m.id));
    for (const id of this.rows.keys()) if (!known.has(id)) this.rows.delete(id);
    syncChildren(this.list, nodes);
    for (const row of refocus) {
      restoreFocus(row.el, row.focus);
      row.focus = null;
    }
    this.#paintIntro();
    this.shownOnce = true;
    if (this.atEnd) this.#stick();
    else if (this.missed) {
      this.jump.hidden = false;
      replace(this.jump, plural(this.missed, 'new message'), icon('chevron', { size: 18 }));
    }
  }

  #day(ms) {
    this.days ??= new Map();
    const key = longDate(ms);
    if (!this.days.has(key)) {
      this.days.set(key, h('div', { class: 'day', role: 'separator', 'aria-label': key }, h('span', null, key)));
    }
    return this.days.get(key);
  }

  /** Commands of this user that have no message yet. */
  #waiting(list) {
    const { store } = this.ctx;
    const answered = new Set(list.map((m) => m.interaction_metadata?.id ?? m.interaction?.id));
    return [...store.interactions.values()]
      .filter((i) => i.channel_id === store.channelId && i.user_id === store.me?.id)
      .filter((i) => i.type === 2 && i.command && !i.dismissed)
      .filter((i) => !answered.has(i.id) && !(i.message_id && list.some((m) => m.id === i.message_id)))
      .filter((i) => ['sent', 'deferred', 'failed'].includes(i.state))
      .sort((a, b) => compareIds(a.id, b.id));
  }

  #paintIntro() {
    const { store } = this.ctx;
    const c = store.channel, box = store.messages.get(store.channelId);
    if (!c || !box?.complete) {
      replace(this.intro, box || !c ? null : h('p', { class: 'muted', role: 'status' }, 'Loading messages…'));
      return;
    }
    const isDm = c.id === store.dm?.id;
    const name = isDm ? store.bot.user?.username : c.name;
    replace(this.intro,
      h('div', { class: 'intro-icon' }, channelIcon(isDm ? { type: 1 } : c, { size: 42 })),
      h('h2', null, isDm ? name : `Welcome to #${name}!`),
      h('p', null, isDm ? `This is the beginning of your direct messages with ${name}.`
        : `This is the start of the #${name} channel.`, ' ', c.topic ? richInline(this.ctx, c.topic) : ''),
      FORUMS.has(c.type) ? this.#posts(c) : null);
  }

  /** A forum has no messages of its own, only posts, which are threads. */
  #posts(forum) {
    const { store, actions } = this.ctx;
    const posts = (store.guild?.channels ?? []).filter((c) => c.parent_id === forum.id);
    const tags = new Map((forum.available_tags ?? []).map((t) => [t.id, t.name]));
    return h('ul', { class: 'posts', testid: 'posts' }, posts.length ? posts.map((p) => h('li', null, button({
      class: 'post', testid: 'post', 'data-channel-id': p.id, on: { click: () => actions.goChannel(p.id) },
    }, (p.applied_tags ?? []).map((t) => h('span', { class: 'tag' }, tags.get(t) ?? t)), h('b', null, p.name))))
      : h('li', { class: 'muted' }, 'No posts yet.'));
  }
}

/** Makes the children equal to nodes, touching only those that changed. */
function syncChildren(parent, nodes) {
  const keep = new Set(nodes);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  nodes.forEach((node, i) => {
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
}

function focusKey(el) {
  const active = document.activeElement;
  if (!el.contains(active) || active === el) return null;
  const nth = [...el.querySelectorAll('button, a, [tabindex]')].indexOf(active);
  return { customId: active.dataset.customId, nth };
}

/** After an edit the focus is where it was, or at the nearest control. */
function restoreFocus(el, key) {
  const byId = key.customId && [...el.querySelectorAll('[data-custom-id]')]
    .find((x) => x.dataset.customId === key.customId && !x.disabled);
  const all = [...el.querySelectorAll('button:not([disabled]), a, [tabindex]')];
  const target = byId ?? el.querySelector('.components button:not([disabled])') ?? all[key.nth];
  target?.focus({ preventScroll: true });
}
