// SPDX-License-Identifier: MIT
// The list of roles beside the members: from the top, as Discord ranks them.

import { h, replace, button } from './dom.js';
import { icon } from './icons.js';
import { bits } from './permissions.js';
import { roleRgb } from './store.js';
import { compareIds, plural, readable } from './util.js';

const ADMINISTRATOR = 1n << 3n;

/** Highest first; the lower id wins a tie; @everyone is last. Pure. */
export function rankedRoles(guild) {
  return [...guild.roles].sort((a, b) =>
    (a.id === guild.id) - (b.id === guild.id) || b.position - a.position || compareIds(a.id, b.id));
}

/** CSS background of a role: its colour, or what lies between two or three. */
export function roleFill(role) {
  const c = role.colors ?? {};
  const parts = [c.primary_color, c.secondary_color, c.tertiary_color].filter((n) => n != null)
    .map((n) => '#' + n.toString(16).padStart(6, '0'));
  return parts.length > 1 ? `linear-gradient(90deg, ${parts.join(', ')})` : roleRgb(role) ?? '#99aab5';
}

/** [[role id, members]] of a guild; @everyone has all. */
export function roleCounts(guild) {
  const counts = new Map(guild.roles.map((r) => [r.id, 0]));
  for (const m of guild.members) for (const id of m.roles ?? []) if (counts.has(id)) counts.set(id, counts.get(id) + 1);
  counts.set(guild.id, guild.member_count ?? guild.members.length);
  return counts;
}

function marks(role) {
  return [
    bits(role.permissions) & ADMINISTRATOR ? h('span', { title: 'Administrator' }, icon('shield', { size: 14 })) : null,
    role.managed ? h('span', { title: 'Managed by an app' }, icon('apps', { size: 14 })) : null,
  ];
}

function face(role) {
  const el = h('span', { class: 'role-dot', style: { background: roleFill(role) } });
  if (role.unicode_emoji) return h('span', { class: 'role-emoji' }, role.unicode_emoji);
  if (role.icon) return h('img', { class: 'role-icon', alt: '', src: `/sandbox/cdn/role-icons/${role.id}/${role.icon}.png` });
  return el;
}

export function roleList({ store, actions }) {
  const list = h('ol', { class: 'role-list', testid: 'role-list', 'aria-label': 'Roles, highest first' });
  function paint() {
    const guild = store.guild;
    if (!guild) return;
    const counts = roleCounts(guild);
    replace(list, rankedRoles(guild).map((r) => h('li', null, button({
      class: `role-row${store.isFresh(r.id) ? ' fresh' : ''}`, testid: 'role', 'data-role-id': r.id, 'data-role-name': r.name,
      title: `position ${r.position}`, on: { click: () => actions.openViewer() },
    }, face(r), h('span', { class: 'ellipsis role-name', style: roleRgb(r) ? { color: readable(roleRgb(r)) } : {} }, r.name),
    marks(r), h('span', { class: 'muted small', 'aria-label': plural(counts.get(r.id), 'member') }, counts.get(r.id))))));
  }
  store.on('state place guilds', paint);
  return list;
}
