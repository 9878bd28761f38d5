// SPDX-License-Identifier: MIT
// The list of members, by hoisted role and presence, and a user's card.

import { h, replace, button, arrowKeys } from './dom.js';
import { avatar, avatarWithStatus, statusClass, STATUS_NAMES } from './icons.js';
import { badge } from './message.js';
import { menuCommands } from './commands.js';
import { absolute } from './time.js';
import { compareIds, snowflakeTime } from './util.js';
import { personaName } from './rail.js';
import { roleList } from './roles.js';
import { roleRgb } from './store.js';

const SHOWN_AT_ONCE = 200;
const ACTIVITY = { 0: 'Playing', 1: 'Streaming', 2: 'Listening to', 3: 'Watching', 5: 'Competing in' };

export function activityText(activity) {
  if (!activity) return null;
  if (activity.type === 4) return activity.state ?? '';
  return `${ACTIVITY[activity.type] ?? ''} ${activity.name ?? ''}`.trim();
}

/** [{ title, members }]: hoisted roles from the top, then the others; pure. */
export function memberGroups(members, roles, statusOf, nameOf) {
  const hoisted = roles.filter((r) => r.hoist)
    .sort((a, b) => b.position - a.position || compareIds(a.id, b.id));
  const groups = new Map(hoisted.map((r) => [r.id, { id: r.id, title: r.name, members: [] }]));
  const online = { id: 'online', title: 'Online', members: [] };
  const offline = { id: 'offline', title: 'Offline', members: [] };
  for (const m of members) {
    const role = hoisted.find((r) => m.roles?.includes(r.id));
    if (statusOf(m) === 'offline') offline.members.push(m);
    else (role ? groups.get(role.id) : online).members.push(m);
  }
  const byName = (a, b) => nameOf(a).localeCompare(nameOf(b));
  return [...groups.values(), online, offline].filter((g) => g.members.length)
    .map((g) => ({ ...g, members: g.members.sort(byName) }));
}

export function memberList({ store, actions }) {
  const list = h('div', { class: 'member-list', testid: 'member-list' });
  const roles = roleList({ store, actions });
  const tabs = ['Members', 'Roles'].map((name, i) => button({
    class: 'tab', role: 'tab', testid: `side-${name.toLowerCase()}`, 'aria-selected': String(!i), on: { click: () => show(i) },
  }, name));
  const show = (n) => {
    tabs.forEach((t, i) => t.setAttribute('aria-selected', String(i === n)));
    list.hidden = n === 1;
    roles.hidden = n === 0;
  };
  const el = h('aside', { class: 'members', 'aria-label': 'Members and roles' },
    h('div', { class: 'tabs side-tabs', role: 'tablist' }, tabs), list, roles);
  show(0);
  arrowKeys(list, 'button');

  const isBot = (m) => m.user?.id === store.bot.user?.id;
  const statusOf = (m) => statusClass(isBot(m) ? (store.bot.online ? store.bot.status ?? 'online' : 'offline') : m.status);
  const nameOf = (m) => m.nick ?? m.user?.global_name ?? m.user?.username ?? '?';

  function row(m) {
    const status = statusOf(m);
    const activity = activityText(isBot(m) ? (store.bot.online ? store.bot.activities?.[0] : null) : m.activities?.[0]);
    const color = store.roleColor(m.user.id);
    return h('li', null, button({
      class: `member${status === 'offline' ? ' is-offline' : ''}`, testid: 'member', 'data-user-id': m.user.id,
      on: { click: (ev) => actions.openUser(ev.currentTarget, m.user.id) },
    }, avatarWithStatus(m.user, status),
    h('span', { class: 'member-text' },
      h('span', { class: 'member-name' },
        h('span', { class: 'ellipsis', style: color ? { color } : {} }, nameOf(m)), badge(m.user), h('span', { class: 'sr-only' }, STATUS_NAMES[status])),
      activity && h('span', { class: 'activity', testid: 'activity' }, activity))));
  }

  function paint() {
    const guild = store.guild;
    el.hidden = !guild;
    if (!guild) return;
    const groups = memberGroups(guild.members.filter((m) => m.user), guild.roles, statusOf, nameOf);
    replace(list, groups.map((g) => h('section', { class: 'member-group', 'aria-label': g.title },
      h('h3', null, `${g.title} — ${g.members.length}`),
      h('ul', null, g.members.slice(0, SHOWN_AT_ONCE).map(row)),
      g.members.length > SHOWN_AT_ONCE &&
        h('p', { class: 'muted small pad' }, `and ${g.members.length - SHOWN_AT_ONCE} more`))));
  }
  store.on('state place guilds bot', paint);
  return el;
}

/** A card beside what was pressed. */
export function openUserCard({ store, actions }, anchor, id) {
  document.querySelector('.user-card')?.close?.();
  const user = store.user(id);
  const member = store.member(id);
  const roles = member ? store.rolesOf(member).filter((r) => r.id !== store.guildId) : [];
  const name = store.displayName(user ?? id) ?? 'Unknown user';
  const isBot = id === store.bot.user?.id;
  const activity = isBot && store.bot.online ? activityText(store.bot.activities?.[0]) : null;
  const line = (label, ...kids) => h('div', { class: 'card-line' }, h('h4', null, label), ...kids);
  const card = h('dialog', { class: 'user-card', 'aria-label': name, testid: 'user-card' },
    h('div', { class: 'card-banner', style: { background: roleRgb(roles.find(roleRgb)) ?? '#5865f2' } }),
    avatar(user ?? { id }, { size: 72, cls: 'card-avatar' }),
    h('div', { class: 'card-body' },
      h('h3', null, name, ' ', badge(user)),
      h('p', { class: 'muted' }, user ? `@${user.username}` : 'not a member of this server',
        user?.persona && !isBot ? ` · ${personaName(user)}` : ''),
      activity && line('Activity', activity),
      line('User ID', h('code', { class: 'inline-code' }, id)),
      line('On Discord since', absolute(snowflakeTime(id))),
      roles.length ? line('Roles', h('div', { class: 'role-chips' }, roles.map((r) =>
        h('span', { class: 'role-chip' },
          h('span', { class: 'role-dot', style: { background: roleRgb(r) ?? '#99aab5' } }), r.name)))) : null,
      h('div', { class: 'card-actions' },
        user && !user.bot && id !== store.me?.id && button({
          class: 'btn btn-primary', on: { click: () => { card.close(); actions.switchUser(id); } },
        }, `Act as ${name}`),
        isBot && store.dm && button({
          class: 'btn btn-primary', on: { click: () => { card.close(); actions.goChannel(store.dm.id); } },
        }, 'Message'),
        menuCommands(store.commands, store.guildId, 2).map((c) => button({
          class: 'btn btn-secondary', testid: 'user-app', 'data-command': c.name,
          on: { click: () => { card.close(); actions.runMenu(c, id); } },
        }, c.name)),
        button({ class: 'btn btn-secondary', on: { click: () => actions.copy(id, 'User ID copied') } }, 'Copy ID'))));
  document.getElementById('layers').append(card);
  card.addEventListener('close', () => card.remove());
  card.addEventListener('click', (ev) => ev.target === card && card.close());
  card.showModal();
  const a = anchor.getBoundingClientRect(), c = card.getBoundingClientRect();
  const right = a.right + 12 + c.width < innerWidth;
  const left = right ? a.right + 12 : Math.max(8, Math.min(a.left - c.width - 12, innerWidth - c.width - 8));
  card.style.left = `${left}px`;
  card.style.top = `${Math.max(8, Math.min(a.top, innerHeight - c.height - 8))}px`;
}
