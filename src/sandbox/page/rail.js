// SPDX-License-Identifier: MIT
// The left side: guilds, channels of the chosen one, and the user switch.

import { h, replace, button, arrowKeys } from './dom.js';
import { avatar, avatarWithStatus, channelIcon, channelKind, icon, statusClass } from './icons.js';
import { openPicker } from './picker.js';
import { compareIds, hueOf, initials } from './util.js';
import { isPrivate } from './permissions.js';

const CATEGORY = 4;
const VOICE = new Set([2, 13]);
const THREADS = new Set([10, 11, 12]);
const WRITTEN = new Set([0, 5, ...THREADS]);

export const PERSONAS = {
  owner: 'Bot owner', admin: 'Administrator', member: 'Member', bot: 'The bot', other: 'Member',
};

// Guilds ------------------------------------------------------------------------

function guildButton({ active, unread, label, testid, id, on, mentions }, content) {
  return h('li', { class: `rail-item${active ? ' active' : ''}${unread ? ' unread' : ''}` },
    h('span', { class: 'pill', 'aria-hidden': 'true' }),
    button({
      class: 'guild-button', 'aria-label': label, title: label, testid,
      'data-guild-id': id, 'aria-current': active ? 'true' : undefined, on: { click: on },
    }, content),
    mentions ? h('span', { class: 'mention-count', 'aria-label': `${mentions} mentions` }, mentions) : null);
}

function unreadIn(store, channels) {
  const hits = channels.filter((c) => store.unread.has(c.id));
  return { unread: hits.length > 0, mentions: hits.reduce((n, c) => n + store.unread.get(c.id), 0) };
}

function guildIcon(guild) {
  if (guild.icon) {
    return h('img', { class: 'guild-icon', alt: '', src: `/sandbox/cdn/icons/${guild.id}/${guild.icon}.png` });
  }
  return h('span', { class: 'guild-icon', 'aria-hidden': 'true', style: { '--hue': hueOf(guild.id) } }, initials(guild.name, 3));
}

export function guildRail({ store, actions }) {
  const list = h('ul', { class: 'rail-list' });
  const el = h('nav', { class: 'rail', 'aria-label': 'Servers' }, list);
  arrowKeys(list, '.guild-button');
  const paint = () => {
    const dms = store.dm ? [store.dm] : [];
    const home = guildButton({
      active: store.guildId === null, label: 'Direct messages', testid: 'dm-home',
      on: () => actions.goGuild(null), ...unreadIn(store, dms),
    }, h('span', { class: 'guild-icon home' }, icon('home', { size: 26 })));
    replace(list, home, h('li', { class: 'rail-line', 'aria-hidden': 'true' }),
      store.guilds.map((g) => guildButton({
        active: g.id === store.guildId, testid: 'guild', id: g.id,
        label: g.unavailable ? `${g.name} (unavailable)` : g.name,
        on: () => actions.goGuild(g.id), ...unreadIn(store, g.channels),
      }, guildIcon(g))));
  };
  store.on('state place guilds', keepFocus(list, paint));
  return el;
}

/** Repaints, and puts the focus on what has the same key as before. */
function keepFocus(root, paint) {
  const keyOf = (el) => el?.dataset?.guildId ?? el?.dataset?.channelId ?? el?.dataset?.testid;
  return () => {
    const key = root.contains(document.activeElement) ? keyOf(document.activeElement) : null;
    paint();
    if (key) [...root.querySelectorAll('button')].find((b) => keyOf(b) === key)?.focus({ preventScroll: true });
  };
}

// Channels ------------------------------------------------------------------------

/** Categories with their channels, in Discord's order; pure. */
export function channelTree(channels) {
  const shown = channels.filter((c) => c.can_view !== false);
  const order = (a, b) => VOICE.has(a.type) - VOICE.has(b.type) ||
    (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id);
  const threads = shown.filter((c) => THREADS.has(c.type));
  const plain = shown.filter((c) => c.type !== CATEGORY && !THREADS.has(c.type));
  const withThreads = (list) => list.sort(order).map((c) => ({
    channel: c, threads: threads.filter((t) => t.parent_id === c.id).sort(order),
  }));
  const ids = new Set(channels.filter((c) => c.type === CATEGORY).map((c) => c.id));
  const tree = [{ category: null, channels: withThreads(plain.filter((c) => !ids.has(c.parent_id))) }];
  for (const category of channels.filter((c) => c.type === CATEGORY).sort(order)) {
    const inside = withThreads(plain.filter((c) => c.parent_id === category.id));
    if (inside.length || category.can_view !== false) tree.push({ category, channels: inside });
  }
  return tree;
}

export function firstChannel(guild) {
  const all = channelTree(guild.channels).flatMap((x) => x.channels.map((y) => y.channel));
  return all.find((c) => c.name === 'general' && !VOICE.has(c.type)) ??
    all.find((c) => c.type === 0) ?? all[0] ?? null;
}

export function channelPanel({ store, actions }) {
  const collapsed = new Set();
  const title = h('h1', { class: 'guild-name', testid: 'guild-name' });
  const list = h('div', { class: 'channel-list', testid: 'channel-list' });
  const banner = h('div', { class: 'guild-banner' });
  const viewer = button({
    class: 'icon-button', title: 'Roles and channel permissions', 'aria-label': 'Roles and channel permissions',
    testid: 'open-viewer', on: { click: () => actions.openViewer() },
  }, icon('shield', { size: 20 }));
  arrowKeys(list, 'button');

  function channelRow(c, guild, thread = false) {
    const locked = isPrivate(guild, c);
    const readOnly = c.can_send === false && WRITTEN.has(c.type);
    const marks = [locked && 'private', readOnly && 'read-only'].filter(Boolean);
    const mentions = store.unread.get(c.id);
    return h('li', null, button({
      class: `channel${c.id === store.channelId ? ' active' : ''}${store.unread.has(c.id) ? ' unread' : ''}${thread ? ' thread' : ''}${store.isFresh(c.id) ? ' fresh' : ''}`,
      testid: 'channel', 'data-channel-id': c.id, 'data-channel-name': c.name,
      'aria-current': c.id === store.channelId ? 'page' : undefined,
      'aria-label': `${c.name}, ${[channelKind(c.type), ...marks].join(', ')}`,
      on: { click: () => actions.goChannel(c.id) },
    }, channelIcon(c, { locked }),
    h('span', { class: 'channel-name' }, c.name),
    readOnly && h('span', { class: 'read-only', title: 'You cannot write here' }, icon('eye', { size: 15 })),
    mentions ? h('span', { class: 'mention-count' }, mentions) : null));
  }

  function category(entry, guild) {
    const { category: cat } = entry;
    const rows = (only) => h('ul', null, entry.channels
      .filter((x) => !only || x.channel.id === store.channelId || store.unread.has(x.channel.id))
      .flatMap((x) => [channelRow(x.channel, guild), ...x.threads.map((t) => channelRow(t, guild, true))]));
    if (!cat) return entry.channels.length ? rows(false) : null;
    const closed = collapsed.has(cat.id);
    return h('div', { class: `category${closed ? ' closed' : ''}` },
      button({
        class: `category-name${store.isFresh(cat.id) ? ' fresh' : ''}`, 'aria-expanded': String(!closed), testid: 'category',
        'data-channel-id': cat.id, 'aria-label': isPrivate(guild, cat) ? `${cat.name}, private` : undefined,
        on: { click: () => {
          if (!collapsed.delete(cat.id)) collapsed.add(cat.id);
          repaint();
        } },
      }, icon('chevron', { size: 12 }), h('span', null, cat.name),
      isPrivate(guild, cat) && icon('lock', { size: 12, cls: 'category-lock' })), rows(closed));
  }

  function directMessages() {
    const bot = store.bot.user;
    if (!store.dm || !bot) return h('p', { class: 'muted pad' }, 'No direct messages.');
    return [h('div', { class: 'category-name plain' }, 'Direct messages'),
      h('ul', null, h('li', null, button({
        class: `channel dm${store.channelId === store.dm.id ? ' active' : ''}`,
        testid: 'channel', 'data-channel-id': store.dm.id, 'data-channel-name': bot.username,
        on: { click: () => actions.goChannel(store.dm.id) },
      }, avatarWithStatus(bot, store.bot.status), h('span', { class: 'channel-name' }, bot.username))))];
  }

  function paint() {
    const guild = store.guild;
    title.textContent = guild?.name ?? 'Direct messages';
    viewer.hidden = !guild;
    const tree = guild ? channelTree(guild.channels) : [];
    replace(banner, guild?.banner ? h('img', { alt: '', src: `/sandbox/cdn/banners/${guild.id}/${guild.banner}.png` }) : null);
    banner.hidden = !guild?.banner;
    replace(list, !guild ? directMessages() : guild.channels.length ? tree.map((x) => category(x, guild))
      : h('p', { class: 'muted pad', testid: 'no-channels' }, 'This server has no channels.'));
  }
  const repaint = keepFocus(list, paint);
  store.on('state place guilds bot', repaint);

  return h('nav', { class: 'channels', 'aria-label': 'Channels' },
    h('header', { class: 'guild-header' }, title,
      viewer),
    banner, list, userPanel({ store, actions }));
}

// The user switch -----------------------------------------------------------------

export function personaName(user) {
  return PERSONAS[user?.persona] ?? 'Member';
}

function userPanel({ store, actions }) {
  const el = h('div', { class: 'user-panel' });
  const rank = { owner: 0, admin: 1, member: 2, other: 3 };
  const choose = (ev) => {
    const users = [...store.users.values()].filter((u) => !u.bot && u.persona !== 'bot')
      .sort((a, b) => (rank[a.persona] ?? 3) - (rank[b.persona] ?? 3) || compareIds(a.id, b.id));
    const items = users.map((u) => ({
      value: u.id, label: u.global_name ?? u.username,
      description: `${personaName(u)} · @${u.username}`, icon: () => avatar(u, { size: 28 }),
    }));
    openPicker(ev.currentTarget, items, {
      label: 'people', selected: [store.me.id], min: 1, max: 1, searchable: items.length > 6,
      done: ([id]) => actions.switchUser(id),
    });
  };
  store.on('state place', () => {
    const me = store.me;
    if (!me) return;
    const status = statusClass(store.member(me.id)?.status ?? 'online');
    replace(el, button({
      class: 'user-switch', testid: 'user-switch', 'data-user-id': me.id, 'data-persona': me.persona,
      'aria-haspopup': 'listbox', title: 'Switch user', on: { click: choose },
    }, avatarWithStatus(me, status === 'offline' ? 'online' : status),
    h('span', { class: 'user-text' }, h('span', { class: 'sr-only' }, 'You are '),
      h('span', { class: 'user-name' }, me.global_name ?? me.username),
      h('span', { class: 'muted small' }, personaName(me))),
    icon('chevron', { size: 18 })));
  });
  return el;
}
