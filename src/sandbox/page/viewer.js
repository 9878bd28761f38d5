// SPDX-License-Identifier: MIT
// Roles of a guild and the permission overwrites of its channels, to look at.

import { h, replace, button, arrowKeys } from './dom.js';
import { channelIcon, channelKind, icon } from './icons.js';
import { isPrivate, permissionNames } from './permissions.js';
import { channelTree } from './rail.js';
import { roleRgb } from './store.js';
import { compareIds, plural, readable } from './util.js';

function chips(names, cls) {
  return names.length ? h('div', { class: 'perm-chips' }, names.map((n) => h('span', { class: `perm ${cls}` }, n)))
    : h('p', { class: 'muted small' }, 'none');
}

function dot(role) {
  return h('span', { class: 'role-dot', style: { background: roleRgb(role) ?? '#99aab5' } });
}

function fact(label, value) {
  return value === undefined || value === null || value === '' ? null
    : h('div', { class: 'fact' }, h('span', { class: 'muted' }, label), h('span', null, String(value)));
}

function roleDetail(guild, role) {
  const members = role.id === guild.id ? guild.member_count ?? guild.members.length
    : guild.members.filter((m) => m.roles?.includes(role.id)).length;
  return [
    h('h3', { style: roleRgb(role) ? { color: readable(roleRgb(role)) } : {} }, role.name),
    h('div', { class: 'facts' }, fact('ID', role.id), fact('Position', role.position), fact('Members', members),
      fact('Colour', roleRgb(role) ?? 'none'), fact('Shown apart', role.hoist ? 'yes' : 'no'),
      fact('Mentionable', role.mentionable ? 'yes' : 'no'), fact('Managed', role.managed ? 'yes' : null)),
    h('h4', null, 'Permissions'), chips(permissionNames(role.permissions), 'allow'),
  ];
}

function overwriteTarget(store, guild, o) {
  if (Number(o.type) === 1) return ['@' + (store.displayName(o.id, guild) ?? o.id), null];
  const role = guild.roles.find((r) => r.id === o.id);
  return [role?.name ?? `role ${o.id}`, role];
}

function channelDetail(store, guild, c) {
  const overwrites = c.permission_overwrites ?? [];
  return [
    h('h3', { class: 'with-icon' }, channelIcon(c, { locked: isPrivate(guild, c), size: 22 }), c.name),
    h('div', { class: 'facts' }, fact('ID', c.id), fact('Kind', channelKind(c.type)), fact('Position', c.position),
      fact('Category', store.findChannel(c.parent_id)?.name), fact('Topic', c.topic),
      fact('Slow mode', c.rate_limit_per_user ? `${c.rate_limit_per_user} s` : null), fact('Age-restricted', c.nsfw ? 'yes' : null),
      fact('Bitrate', c.bitrate), fact('User limit', c.user_limit || null),
      fact('You may see it', c.can_view === false ? 'no' : 'yes'), fact('You may write', c.can_send === false ? 'no' : 'yes')),
    h('h4', null, plural(overwrites.length, 'permission overwrite')),
    overwrites.map((o) => {
      const [name, role] = overwriteTarget(store, guild, o);
      const allow = permissionNames(o.allow), deny = permissionNames(o.deny);
      return h('div', { class: 'overwrite', testid: 'overwrite' },
        h('div', { class: 'overwrite-name' }, role && dot(role), name),
        allow.length ? h('div', null, h('span', { class: 'perm-word allow' }, 'Allow'), chips(allow, 'allow')) : null,
        deny.length ? h('div', null, h('span', { class: 'perm-word deny' }, 'Deny'), chips(deny, 'deny')) : null,
        !allow.length && !deny.length ? h('p', { class: 'muted small' }, 'changes nothing') : null);
    }),
  ];
}

/** Opens the viewer for the guild that is shown; it follows changes. */
export function openViewer({ store }) {
  if (!store.guild || document.querySelector('.viewer')) return;
  let tab = 'roles', chosen = null;
  const guildId = store.guildId;
  const title = h('h2', null);
  const list = h('div', { class: 'viewer-list', role: 'listbox', 'aria-label': 'Roles or channels' });
  const detail = h('div', { class: 'viewer-detail', tabindex: 0, 'aria-live': 'polite', testid: 'viewer-detail' });
  const tabs = ['roles', 'channels'].map((id) => button({
    class: 'tab', role: 'tab', testid: `viewer-${id}`,
    on: { click: () => { tab = id; chosen = null; paint(); } },
  }, id === 'roles' ? 'Roles' : 'Channels'));
  const dialog = h('dialog', { class: 'viewer dialog', 'aria-label': 'Roles and channels', testid: 'viewer' },
    h('header', { class: 'dialog-head' }, title, button({
      class: 'icon-button', 'aria-label': 'Close', on: { click: () => dialog.close() },
    }, icon('close', { size: 22 }))),
    h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'What to look at' }, tabs),
    h('div', { class: 'viewer-body' }, list, detail));

  function entry(id, ...kids) {
    return button({
      class: `viewer-entry${id === chosen ? ' active' : ''}`, role: 'option', 'data-id': id, testid: 'viewer-entry',
      'aria-selected': String(id === chosen), on: { click: () => { chosen = id; paint(); } },
    }, ...kids);
  }

  function paint() {
    const guild = store.guilds.find((g) => g.id === guildId);
    if (!guild) return dialog.close();
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    title.textContent = guild.name;
    tabs.forEach((t, i) => t.setAttribute('aria-selected', String((i === 0) === (tab === 'roles'))));
    const roles = [...guild.roles].sort((a, b) => b.position - a.position || compareIds(a.id, b.id));
    const tree = channelTree(guild.channels.map((c) => ({ ...c, can_view: undefined })));
    const real = (c) => guild.channels.find((x) => x.id === c.id) ?? c;
    const channels = tree.flatMap((x) => [...x.category ? [x.category] : [], ...x.channels.map((y) => y.channel)]).map(real);
    const items = tab === 'roles' ? roles : channels;
    if (!items.some((x) => x.id === chosen)) chosen = items[0]?.id ?? null;
    replace(list, tab === 'roles'
      ? roles.map((r) => entry(r.id, dot(r), h('span', { class: 'ellipsis' }, r.name)))
      : channels.map((c) => (c.type === 4 ? entry(c.id, h('b', { class: 'ellipsis caps' }, c.name))
        : entry(c.id, channelIcon(c, { locked: isPrivate(guild, c), size: 18 }), h('span', { class: 'ellipsis' }, c.name)))));
    const item = items.find((x) => x.id === chosen);
    replace(detail, !item ? null : tab === 'roles' ? roleDetail(guild, item) : channelDetail(store, guild, item));
    if (focused) [...list.children].find((x) => x.dataset.id === focused)?.focus();
    return null;
  }

  arrowKeys(list, 'button');
  store.on('guilds state', () => dialog.isConnected && paint());
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (ev) => ev.target === dialog && dialog.close());
  document.getElementById('layers').append(dialog);
  dialog.showModal();
  paint();
}
