// SPDX-License-Identifier: MIT
// A popup list with a search field: selects of messages and modals, and the
// entities that they offer.

import { h, button } from './dom.js';
import { avatar, channelIcon, icon } from './icons.js';
import { compareIds, readable, search } from './util.js';
import { roleRgb } from './store.js';

let closeOpen = null;

function place(popup, anchor) {
  const a = anchor.getBoundingClientRect();
  const below = window.innerHeight - a.bottom - 12;
  const above = a.top - 12;
  const up = below < 240 && above > below;
  const width = Math.min(window.innerWidth - 16, Math.max(280, a.width));
  popup.style.width = `${width}px`;
  popup.style.left = `${Math.max(8, Math.min(a.left, window.innerWidth - width - 8))}px`;
  popup.style.maxHeight = `${Math.min(380, Math.max(160, up ? above : below))}px`;
  if (up) popup.style.bottom = `${window.innerHeight - a.top + 4}px`;
  else popup.style.top = `${a.bottom + 4}px`;
}

function optionRow(item, multi) {
  return h('div', {
    class: 'pick', role: 'option', id: `pick-${item.index}`, testid: 'select-option',
    'data-value': item.value, 'aria-selected': 'false',
  },
  item.icon && h('span', { class: 'pick-icon' }, item.icon()),
  h('span', { class: 'pick-text' },
    h('span', { class: 'pick-label', style: item.color ? { color: item.color } : {} }, item.label),
    item.description && h('span', { class: 'pick-description' }, item.description)),
  h('span', { class: multi ? 'pick-check box' : 'pick-check' }, icon('check', { size: 16 })));
}

/**
 * items: [{ value, label, description, icon(), color }]; options: { min, max,
 * selected: [values], searchable, label, done(values), closed() }. One choice
 * is done at once, several when the popup closes.
 */
export function openPicker(anchor, items, options) {
  closeOpen?.();
  const { min = 1, max = 1, searchable = items.length > 5 } = options;
  const multi = max > 1 || min === 0;
  const before = [...options.selected ?? []];
  const chosen = new Set(before);
  items = items.map((x, index) => ({ ...x, index }));
  let shown = items, active = 0;

  const list = h('div', {
    class: 'pick-list', role: 'listbox', id: 'pick-list', 'aria-label': options.label,
    'aria-multiselectable': String(multi),
  });
  const input = h('input', {
    class: searchable ? 'pick-search' : 'pick-search sr-only', type: 'text', role: 'combobox',
    placeholder: 'Search', 'aria-label': `Search ${options.label}`, autocomplete: 'off',
    'aria-controls': 'pick-list', 'aria-expanded': 'true', testid: 'select-search',
  });
  const doneButton = multi && button({
    class: 'pick-done', testid: 'select-done', on: { click: () => close(true) },
  });
  const popup = h('div', { class: 'picker', testid: 'select-popup' }, input, list, doneButton);

  function paint() {
    const rows = shown.map((item, i) => {
      const row = optionRow(item, multi);
      const on = chosen.has(item.value);
      row.setAttribute('aria-selected', String(on));
      row.classList.toggle('chosen', on);
      row.classList.toggle('active', i === active);
      if (!on && multi && chosen.size >= max && max > 1) row.setAttribute('aria-disabled', 'true');
      row.addEventListener('pointermove', () => setActive(i));
      row.addEventListener('click', () => pick(item));
      return row;
    });
    list.replaceChildren(...rows);
    if (!rows.length) list.append(h('div', { class: 'pick-none' }, 'No results found'));
    if (doneButton) {
      doneButton.textContent = `Done (${chosen.size} of ${max})`;
      doneButton.disabled = chosen.size < min;
    }
    pointAt();
  }

  function pointAt() {
    input.setAttribute('aria-activedescendant', shown[active] ? `pick-${shown[active].index}` : '');
    list.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }

  function setActive(i) {
    if (i === active || !shown.length) return;
    active = (i + shown.length) % shown.length;
    [...list.children].forEach((el, n) => el.classList.toggle('active', n === active));
    pointAt();
  }

  function pick(item) {
    if (!item) return;
    if (max === 1) {
      const again = chosen.has(item.value);
      chosen.clear();
      if (!(again && min === 0)) chosen.add(item.value);
      close(true);
      return;
    }
    if (chosen.has(item.value)) chosen.delete(item.value);
    else if (chosen.size < max) chosen.add(item.value);
    paint();
  }

  function close(commit) {
    if (closeOpen !== closeThis) return;
    closeOpen = null;
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('resize', cancel);
    popup.remove();
    options.closed?.();
    if (anchor.isConnected) anchor.focus({ preventScroll: true });
    const values = items.filter((x) => chosen.has(x.value)).map((x) => x.value);
    const same = values.length === before.length && values.every((v) => before.includes(v));
    if (commit && values.length >= min && !(same && multi)) options.done(values);
  }

  const closeThis = () => close(false);
  const cancel = () => close(false);
  const outside = (ev) => {
    if (!popup.contains(ev.target) && !anchor.contains(ev.target)) close(multi);
  };

  input.addEventListener('input', () => {
    shown = search(input.value.trim(), items, (x) => [x.label, x.description ?? ''], 200);
    active = 0;
    paint();
  });
  popup.addEventListener('keydown', (ev) => {
    const keys = {
      ArrowDown: () => setActive(active + 1),
      ArrowUp: () => setActive(active - 1),
      Enter: () => pick(shown[active]),
      Escape: () => close(false),
      Tab: () => close(multi),
    };
    if (!keys[ev.key] || (ev.key === 'Enter' && ev.target === doneButton)) return;
    ev.preventDefault();
    ev.stopPropagation();
    keys[ev.key]();
  });

  closeOpen = closeThis;
  (anchor.closest('dialog') ?? document.getElementById('layers')).append(popup);
  active = Math.max(0, items.findIndex((x) => chosen.has(x.value)));
  paint();
  place(popup, anchor);
  input.focus({ preventScroll: true });
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', cancel);
}

export function closePicker() {
  closeOpen?.();
}

// What the entity selects offer ------------------------------------------------

export function userItems(store) {
  const guild = store.guild;
  const users = guild ? guild.members.map((m) => m.user)
    : [store.me, store.bot.user].filter(Boolean);
  return users.map((u) => ({
    value: u.id, label: store.displayName(u, guild), description: u.username,
    color: store.roleColor(u.id, guild), icon: () => avatar(u, { size: 24 }),
  }));
}

export function roleItems(store) {
  const roles = [...(store.guild?.roles ?? [])].sort((a, b) => b.position - a.position || compareIds(a.id, b.id));
  return roles.map((r) => ({
    value: r.id, label: r.name, color: readable(roleRgb(r)),
    icon: () => h('span', { class: 'role-dot', style: { background: roleRgb(r) ?? '#99aab5' } }),
  }));
}

export function channelItems(store, types) {
  const channels = (store.guild?.channels ?? []).filter((c) => c.can_view !== false)
    .filter((c) => !types?.length || types.includes(c.type));
  const parent = (c) => store.findChannel(c.parent_id)?.name;
  return channels.map((c) => ({
    value: c.id, label: c.name, description: parent(c), icon: () => channelIcon(c, { size: 18 }),
  }));
}

/** Items of a select component of any kind. */
export function selectItems(store, component, emojiNode) {
  switch (component.type) {
    case 5: return userItems(store);
    case 6: return roleItems(store);
    case 7: return [...userItems(store), ...roleItems(store)];
    case 8: return channelItems(store, component.channel_types);
    default: return (component.options ?? []).map((o) => ({
      value: o.value, label: o.label, description: o.description,
      icon: o.emoji ? () => emojiNode(o.emoji) : null,
    }));
  }
}

export function selectDefaults(component) {
  if (component.type === 3) return (component.options ?? []).filter((o) => o.default).map((o) => o.value);
  return (component.default_values ?? []).map((d) => d.id);
}
