// SPDX-License-Identifier: MIT
// Message components, the old action rows and Components V2.

import { h, button, safeUrl } from './dom.js';
import { icon } from './icons.js';
import { emojiNode, rich } from './richtext.js';
import { covered, fileCard, picture, resolveUrl } from './embeds.js';
import { openPicker, selectDefaults, selectItems } from './picker.js';
import { hexColor } from './util.js';

const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'premium' };

/** What was chosen in a select stays until its definition changes. */
const chosen = new Map();
const MAX_CHOSEN = 200;

function remember(key, values) {
  chosen.delete(key);
  chosen.set(key, values);
  if (chosen.size > MAX_CHOSEN) chosen.delete(chosen.keys().next().value);
}

function spinner() {
  return h('span', { class: 'dots', role: 'status', 'aria-label': 'Working' },
    h('i'), h('i'), h('i'));
}

function buttonComponent(ctx, c) {
  const style = STYLES[c.style] ?? 'secondary';
  const busy = ctx.pending?.state === 'sent' && ctx.pending.customId === c.custom_id;
  const label = [emojiNode(c.emoji), c.label && h('span', { class: 'button-label' }, c.label)];
  if (c.style === 5) {
    const href = safeUrl(c.url);
    return h('a', {
      class: `btn btn-link${c.disabled || !href ? ' is-disabled' : ''}`, testid: 'button',
      href: c.disabled ? undefined : href, target: '_blank', rel: 'noopener noreferrer',
      'aria-disabled': c.disabled ? 'true' : undefined, title: c.url,
    }, label, icon('external', { size: 16 }));
  }
  return button({
    class: `btn btn-${style}${busy ? ' busy' : ''}`, testid: 'button',
    'data-custom-id': c.custom_id, disabled: Boolean(c.disabled) || c.style === 6,
    'aria-label': c.label ? undefined : c.emoji?.name ?? c.custom_id,
    'aria-busy': busy ? 'true' : undefined,
    on: { click: () => !ctx.pendingNow() && ctx.actions.press(ctx.message, c) },
  }, label, busy && spinner());
}

function selectComponent(ctx, c) {
  const items = selectItems(ctx.store, c, emojiNode);
  const key = `${ctx.message.id}:${JSON.stringify(c)}`;
  const values = chosen.get(key) ?? selectDefaults(c);
  const { el } = selectBox(ctx, c, items, values, (picked) => {
    remember(key, picked);
    ctx.actions.press(ctx.message, c, picked);
  });
  return el;
}

/** The closed select: its choices or placeholder. Also used by modals. */
export function selectBox(ctx, c, items, values, done) {
  const el = button({
    class: 'select', testid: 'select', 'data-custom-id': c.custom_id, role: 'combobox',
    'aria-haspopup': 'listbox', 'aria-expanded': 'false', disabled: Boolean(c.disabled),
    'aria-label': c.placeholder ?? 'Make a selection',
    on: { click: open },
  });
  const max = Math.min(c.max_values ?? 1, Math.max(1, items.length));

  function paint() {
    const picked = values.map((v) => items.find((x) => x.value === v)).filter(Boolean);
    const body = picked.length
      ? picked.map((x) => h('span', { class: max > 1 ? 'tag' : 'select-one' }, x.icon?.(), x.label))
      : h('span', { class: 'placeholder' }, c.placeholder ?? 'Make a selection');
    el.replaceChildren(h('span', { class: 'select-value' }, ...[body].flat()),
      icon('chevron', { size: 20 }));
  }

  function open() {
    el.setAttribute('aria-expanded', 'true');
    openPicker(el, items, {
      min: c.min_values ?? 1, max, selected: values, label: c.placeholder ?? 'options',
      searchable: c.type !== 3 || items.length > 8,
      done(picked) {
        values = picked;
        paint();
        done(picked);
      },
      closed: () => el.setAttribute('aria-expanded', 'false'),
    });
  }

  paint();
  return { el, values: () => values };
}

function section(ctx, c) {
  return h('div', { class: 'v2-section', testid: 'v2-section' },
    h('div', { class: 'v2-section-text' }, (c.components ?? []).map((x) => component(ctx, x))),
    c.accessory && h('div', { class: 'v2-accessory' }, component(ctx, c.accessory)));
}

function container(ctx, c) {
  const color = hexColor(c.accent_color);
  const box = h('div', {
    class: `v2-container${color ? ' with-accent' : ''}`, testid: 'v2-container',
    style: color ? { '--bar': color } : {},
  }, (c.components ?? []).map((x) => component(ctx, x)));
  return c.spoiler ? covered(box) : box;
}

function thumbnail(ctx, c) {
  const pic = picture(ctx, { ...c.media, description: c.description },
    { cls: 'v2-thumbnail', attachments: ctx.message.attachments });
  return c.spoiler ? covered(pic) : pic;
}

function gallery(ctx, c) {
  const items = c.items ?? [];
  return h('div', { class: `v2-gallery count-${Math.min(items.length, 4)}`, testid: 'v2-gallery' },
    items.map((x) => {
      const pic = picture(ctx, { ...x.media, description: x.description },
        { attachments: ctx.message.attachments });
      return x.spoiler ? covered(pic) : pic;
    }));
}

function file(ctx, c) {
  const attachments = ctx.message.attachments ?? [];
  const url = resolveUrl(c.file?.url, attachments) ?? c.file?.url;
  const known = attachments.find((a) => a.url === url) ?? {};
  const name = c.name ?? known.filename ?? String(url ?? 'file').split('/').pop().split('?')[0];
  const card = fileCard({ ...known, url, filename: name, size: c.size ?? known.size });
  return c.spoiler ? covered(card) : card;
}

const RENDER = {
  1: (ctx, c) => h('div', { class: 'action-row', testid: 'action-row' },
    (c.components ?? []).map((x) => component(ctx, x))),
  2: buttonComponent,
  3: selectComponent,
  5: selectComponent,
  6: selectComponent,
  7: selectComponent,
  8: selectComponent,
  9: section,
  10: (ctx, c) => h('div', { class: 'md v2-text', testid: 'v2-text' }, rich(ctx, c.content)),
  11: thumbnail,
  12: gallery,
  13: file,
  14: (ctx, c) => h('div', {
    class: `v2-separator spacing-${c.spacing === 2 ? 2 : 1}${c.divider === false ? '' : ' divider'}`,
    role: 'separator', testid: 'v2-separator',
  }),
  17: container,
};

/** Kinds that this page does not know are left out, as Discord's client does. */
export function component(ctx, c) {
  return RENDER[c?.type]?.(ctx, c) ?? null;
}

/**
 * ctx: { store, actions, message, pending, pendingNow }; a message's components
 * as one block.
 */
export function components(ctx, list) {
  if (!list?.length) return null;
  return h('div', { class: 'components', testid: 'components' },
    list.map((c) => component(ctx, c)));
}
