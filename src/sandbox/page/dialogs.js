// SPDX-License-Identifier: MIT
// Dialogs: the bot's modals, a picture at full size, and short notes.

import { h, replace, button } from './dom.js';
import { avatar, icon } from './icons.js';
import { emojiNode, rich } from './richtext.js';
import { selectBox } from './components.js';
import { selectDefaults, selectItems } from './picker.js';
import { plural } from './util.js';

let serial = 0;
const newId = () => `field-${++serial}`;

/** The value's length or number of choices against the component's limits. */
export function checkField(c, value) {
  if (c.type === 4) {
    const length = [...value].length;
    if (!length) return c.required === false ? null : 'This field is required.';
    if (c.min_length && length < c.min_length) return `Must be at least ${plural(c.min_length, 'character')}.`;
    if (c.max_length && length > c.max_length) return `Must be ${plural(c.max_length, 'character')} or fewer.`;
    return null;
  }
  if (c.type === 21) return !value && c.required !== false ? 'Choose one.' : null;
  if (c.type === 23) return null;
  const n = value.length;
  const min = c.min_values ?? (c.required === false ? 0 : 1);
  const max = c.max_values ?? (c.type === 22 ? c.options?.length ?? 10 : 1);
  if (!n && c.required === false) return null;
  if (n < min) return min === 1 ? 'Choose at least one.' : `Choose at least ${min}.`;
  return n > max ? `Choose at most ${max}.` : null;
}

function textInput(c) {
  const long = c.style === 2;
  const input = h(long ? 'textarea' : 'input', {
    class: 'field', id: newId(), placeholder: c.placeholder, maxlength: c.max_length, value: c.value ?? '',
    testid: 'text-input', 'data-custom-id': c.custom_id, ...(long ? { rows: 4 } : { type: 'text' }), autocomplete: 'off',
  });
  return { el: input, focus: input, value: () => input.value };
}

function select(ctx, c) {
  const items = selectItems(ctx.store, c, emojiNode);
  const box = selectBox(ctx, { ...c, disabled: false, min_values: c.required === false ? 0 : c.min_values }, items, selectDefaults(c), () => {
    box.el.dispatchEvent(new Event('input', { bubbles: true }));
  });
  box.el.id = newId();
  return { el: box.el, focus: box.el, value: box.values };
}

function choices(c, type) {
  const name = newId();
  const inputs = (c.options ?? []).map((o) => h('input', {
    type, name, id: newId(), value: o.value, checked: Boolean(o.default), 'data-value': o.value,
  }));
  const el = h('div', { class: 'choices', role: type === 'radio' ? 'radiogroup' : 'group', id: newId(), 'data-custom-id': c.custom_id, testid: `${type}-group` },
    (c.options ?? []).map((o, i) => h('label', { class: 'choice', for: inputs[i].id }, inputs[i],
      h('span', null, h('span', { class: 'choice-label' }, o.label),
        o.description && h('span', { class: 'muted small' }, o.description)))));
  const picked = () => inputs.filter((x) => x.checked).map((x) => x.value);
  return { el, focus: inputs[0] ?? el, value: type === 'radio' ? () => picked()[0] ?? null : picked };
}

function checkbox(c, label) {
  const input = h('input', { type: 'checkbox', id: newId(), checked: Boolean(c.default), 'data-custom-id': c.custom_id, testid: 'checkbox' });
  const el = h('label', { class: 'choice single', for: input.id }, input, h('span', null, label ?? 'Yes'));
  return { el, focus: input, value: () => input.checked };
}

function upload(c) {
  const input = h('input', {
    type: 'file', class: 'field', id: newId(), multiple: (c.max_values ?? 1) > 1, 'data-custom-id': c.custom_id, testid: 'file-upload',
  });
  return { el: input, focus: input, value: () => [...input.files] };
}

function control(ctx, c, label) {
  switch (c.type) {
    case 4: return textInput(c);
    case 3: case 5: case 6: case 7: case 8: return select(ctx, c);
    case 19: return upload(c);
    case 21: return choices(c, 'radio');
    case 22: return choices(c, 'checkbox');
    case 23: return checkbox(c, label);
    default: return null;
  }
}

/** One labelled field: { el, component, value, fail }, or only { el }. */
function field(ctx, c, label, description) {
  const ctl = control(ctx, c, label);
  if (!ctl) return null;
  const error = h('span', { class: 'field-error', role: 'alert', id: newId() });
  const required = c.required !== false && c.type !== 23;
  const text = h(ctl.focus.matches?.('input, textarea, button') && c.type !== 21 && c.type !== 22 ? 'label' : 'span', {
    class: 'field-label', for: ctl.focus.id || undefined, id: newId(),
  }, label ?? '', required && h('span', { class: 'required', 'aria-label': 'required' }, '*'));
  ctl.el.setAttribute('aria-describedby', error.id);
  if (ctl.el.getAttribute('role')?.includes('group')) ctl.el.setAttribute('aria-labelledby', text.id);
  const el = h('div', { class: 'modal-field', testid: 'modal-field' }, c.type === 23 ? null : text,
    description && h('span', { class: 'field-description' }, description), ctl.el, error);
  const fail = (why) => {
    error.textContent = why ?? '';
    el.classList.toggle('wrong', Boolean(why));
    ctl.focus.setAttribute('aria-invalid', String(Boolean(why)));
  };
  el.addEventListener('input', () => fail(null));
  return { el, component: c, value: ctl.value, focus: ctl.focus, fail };
}

function fieldsOf(ctx, list) {
  return (list ?? []).flatMap((c) => {
    if (c.type === 18) return field(ctx, c.component ?? c.components?.[0] ?? {}, c.label, c.description);
    if (c.type === 1) return (c.components ?? []).map((x) => field(ctx, x, x.label ?? x.placeholder, null));
    if (c.type === 10) return { el: h('div', { class: 'md modal-text' }, rich(ctx, c.content)) };
    return field(ctx, c, c.label, c.description);
  }).filter(Boolean);
}

async function filesOut(files) {
  return Promise.all(files.map(async (f) => {
    let text = '';
    for (const b of new Uint8Array(await f.arrayBuffer())) text += String.fromCharCode(b);
    return { filename: f.name, content_type: f.type || 'application/octet-stream', size: f.size, data: btoa(text) };
  }));
}

/** Shows the bot's modal; submit(values) sends it and may throw. */
export function openModal(ctx, modal, submit) {
  const fields = fieldsOf(ctx, modal.components);
  const inputs = fields.filter((f) => f.value);
  const error = h('div', { class: 'error-line', role: 'alert', testid: 'modal-error' });
  error.hidden = true;
  const send = h('button', { type: 'submit', class: 'btn btn-primary', testid: 'modal-submit' }, 'Submit');
  const bot = ctx.store.bot.user;
  const form = h('form', { class: 'modal-form', novalidate: true },
    h('div', { class: 'modal-fields' }, fields.map((f) => f.el)), error,
    h('footer', { class: 'dialog-foot' }, button({
      class: 'btn btn-ghost', testid: 'modal-cancel', on: { click: () => dialog.close() },
    }, 'Cancel'), send));
  const dialog = h('dialog', { class: 'dialog modal', 'aria-label': modal.title, testid: 'modal', 'data-custom-id': modal.custom_id },
    h('header', { class: 'dialog-head' }, avatar(bot, { size: 28, bot: true }), h('h2', null, modal.title),
      button({ class: 'icon-button', 'aria-label': 'Close', on: { click: () => dialog.close() } }, icon('close', { size: 22 }))),
    h('p', { class: 'modal-note' }, icon('info', { size: 16 }),
      `This form will be submitted to ${bot?.username ?? 'the bot'}.`), form);

  form.addEventListener('submit', async (ev) => {
    ev.preventDefault();
    let first = null;
    for (const f of inputs) {
      const why = checkField(f.component, f.value());
      f.fail(why);
      if (why) first ??= f;
    }
    if (first) return first.focus.focus();
    send.disabled = true;
    error.hidden = true;
    try {
      const values = {};
      for (const f of inputs) {
        const v = f.value();
        values[f.component.custom_id] = f.component.type === 19 ? await filesOut(v) : v;
      }
      await submit(values);
      dialog.close();
    } catch (e) {
      replace(error, icon('info', { size: 16 }), e.message);
      error.hidden = false;
    } finally {
      send.disabled = false;
    }
    return null;
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.querySelector('dialog.modal')?.close();
  document.getElementById('layers').append(dialog);
  dialog.showModal();
  inputs[0]?.focus.focus();
}

export function openImage(src, alt) {
  const dialog = h('dialog', { class: 'lightbox', 'aria-label': alt, testid: 'lightbox' },
    h('img', { src, alt }), h('a', { href: src, target: '_blank', rel: 'noopener', class: 'muted small' }, 'Open in a new tab'));
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (ev) => ev.target === dialog && dialog.close());
  document.getElementById('layers').append(dialog);
  dialog.showModal();
}

let toastTimer = null;
export function toast(text) {
  document.querySelector('.toast')?.remove();
  const el = h('div', { class: 'toast', role: 'status', testid: 'toast' }, text);
  document.getElementById('layers').append(el);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => el.remove(), 3000);
}
