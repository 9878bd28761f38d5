// SPDX-License-Identifier: MIT
// The bar over the chat and the banner over everything.

import { h, replace, button } from './dom.js';
import { channelIcon, icon, statusClass, STATUS_NAMES } from './icons.js';
import { richInline } from './richtext.js';

/** The bar over the chat: where one is, how the bot is, and what can be opened. */
export function chatHeader(ctx, drawer) {
  const { store } = ctx;
  const name = h('h2', { class: 'channel-title', testid: 'channel-title' });
  const topic = h('div', { class: 'topic md' });
  const status = button({ class: 'bot-status', testid: 'bot-status', on: { click: () => drawer.toggle('traffic') } });
  const tool = (iconName, label, testid, fn) => button({
    class: 'icon-button', title: label, 'aria-label': label, testid, 'aria-pressed': 'false', on: { click: fn },
  }, icon(iconName, { size: 22 }));
  const traffic = tool('traffic', 'Traffic', 'open-traffic', () => drawer.toggle('traffic'));
  const faults = tool('bolt', 'Faults', 'open-faults', () => drawer.toggle('faults'));
  const members = tool('members', 'Members', 'toggle-members', () => {
    const narrow = matchMedia('(max-width: 1000px)').matches;
    const on = document.body.classList.toggle(narrow ? 'members-open' : 'members-closed');
    members.setAttribute('aria-pressed', String(narrow ? on : !on));
  });
  members.setAttribute('aria-pressed', 'true');
  drawer.changed = () => {
    const open = drawer.el.hidden ? null : drawer.current;
    traffic.setAttribute('aria-pressed', String(open === 'traffic' || open === 'limits'));
    faults.setAttribute('aria-pressed', String(open === 'faults'));
    document.body.classList.toggle('drawer-open', Boolean(open));
  };
  const nav = button({
    class: 'icon-button nav-button', 'aria-label': 'Servers and channels', testid: 'nav-toggle',
    on: { click: () => document.body.classList.toggle('nav-open') },
  }, icon('menu', { size: 24 }));
  store.on('state place guilds', () => {
    const c = store.channel, dm = c && c.id === store.dm?.id;
    replace(name, c && channelIcon(dm ? { type: 1 } : c, { size: 22 }), dm ? store.bot.user?.username : c?.name ?? 'No channel');
    replace(topic, c?.topic ? richInline(ctx, c.topic) : null);
    topic.title = c?.topic ?? '';
    document.title = `${dm ? '@' : '#'}${(dm ? store.bot.user?.username : c?.name) ?? ''} | zoryx sandbox`;
    members.hidden = Boolean(dm);
  });
  store.on('state bot sessions', () => {
    const { bot } = store;
    const kind = bot.online ? statusClass(bot.status ?? 'online') : 'offline';
    const n = store.gateway.sessions?.length ?? 0;
    replace(status, h('span', { class: `status-dot status-${kind}` }),
      h('span', { class: 'bot-status-text' }, bot.online
        ? `Bot ${STATUS_NAMES[kind].toLowerCase()}${n > 1 ? `, ${n} shards` : ''}` : 'Bot offline'));
    status.setAttribute('data-online', String(Boolean(bot.online)));
  });
  return h('header', { class: 'chat-header' }, nav, name, topic, status, traffic, faults, members);
}

/** Shown while the live feed is lost. */
export function connectionBanner({ store }, retry) {
  const el = h('div', { class: 'banner', role: 'alert', testid: 'connection-banner' });
  el.hidden = true;
  store.on('link', () => {
    el.hidden = store.linked !== false;
    replace(el, icon('refresh', { size: 18 }), 'The connection to the sandbox is lost. Connecting again…',
      button({ class: 'btn btn-secondary small', on: { click: retry } }, 'Now'));
  });
  return el;
}
