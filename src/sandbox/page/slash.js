// SPDX-License-Identifier: MIT
// A chosen slash command in the composer: its options as fields in a row.

import { h, replace, button } from './dom.js';
import { icon } from './icons.js';
import * as C from './commands.js';
import { channelItems, roleItems, userItems } from './picker.js';
import { search } from './util.js';

const AUTOCOMPLETE_DELAY_MS = 200;

/** Files travel in the call as base64. */
async function readFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return {
    filename: file.name, content_type: file.type || 'application/octet-stream',
    size: file.size, data: btoa(text),
  };
}

/**
 * The form of one command. ctx: { store, actions, suggest }; done() when it was
 * sent, cancel(text) when it was given up.
 */
export class SlashForm {
  constructor(ctx, entry, { done, cancel }) {
    Object.assign(this, { ctx, entry, done, cancel });
    this.fields = [];
    this.error = h('div', { class: 'slash-error', role: 'alert', testid: 'slash-error' });
    this.error.hidden = true;
    this.row = h('div', { class: 'slash-row' });
    this.more = button({
      class: 'slash-more', testid: 'slash-more', 'aria-haspopup': 'listbox',
      'aria-expanded': 'false', on: { focus: () => this.#offerOptions(), click: () => this.#offerOptions() },
    });
    this.name = h('span', { class: 'slash-name', tabindex: -1, testid: 'slash-name' }, '/' + entry.name);
    this.el = h('div', {
      class: 'slash-form', role: 'group', 'aria-label': `Command ${entry.name}`, testid: 'slash-form',
      on: { keydown: (ev) => this.#key(ev) },
    }, this.row, this.error);
    for (const o of entry.options.filter((x) => x.required)) this.#add(o);
    this.#paint();
  }

  focus() {
    const empty = this.fields.find((f) => !f.input.value && !f.picked) ?? this.fields[0];
    if (empty) empty.input.focus();
    else if (!this.more.hidden) this.more.focus();
    else {
      this.name.focus();
      this.#help();
    }
  }

  // Fields --------------------------------------------------------------------

  #add(option) {
    const field = { option, picked: null };
    const file = option.type === C.ATTACHMENT;
    field.input = h('input', {
      class: file ? 'opt-input file' : 'opt-input', type: file ? 'file' : 'text', autocomplete: 'off',
      spellcheck: 'false', role: file ? undefined : 'combobox', 'aria-autocomplete': file ? undefined : 'list',
      'aria-label': `${option.name}${option.required ? ', required' : ''}: ${option.description ?? ''}`,
      testid: `option-${option.name}`,
      on: {
        focus: () => this.#offer(field),
        input: () => this.#typed(field),
        change: () => file && this.#typed(field),
        blur: () => this.#checkField(field),
      },
    });
    field.el = h('span', { class: 'opt', testid: 'slash-arg', 'data-option': option.name },
      h('span', { class: 'opt-name' }, option.name), field.input);
    this.fields.push(field);
    this.#paint();
    return field;
  }

  #remove(field) {
    this.fields = this.fields.filter((f) => f !== field);
    this.#paint();
    const last = this.fields.at(-1);
    if (last) last.input.focus();
    else this.focus();
  }

  get #unused() {
    const used = new Set(this.fields.map((f) => f.option));
    return this.entry.options.filter((o) => !used.has(o));
  }

  #paint() {
    const left = this.#unused.length;
    this.more.hidden = left === 0;
    this.more.textContent = `+${left} optional`;
    const els = [this.name, ...this.fields.map((f) => f.el), this.more];
    for (const el of [...this.row.children]) if (!els.includes(el)) el.remove();
    for (const el of els) if (el.parentNode !== this.row || el === this.more) this.row.append(el);
    this.fields.forEach((f) => this.#size(f));
  }

  #size(field) {
    if (field.option.type === C.ATTACHMENT) return;
    field.input.style.width = `${Math.min(40, Math.max(3, field.input.value.length + 1))}ch`;
  }

  #typed(field) {
    field.picked = null;
    this.chosen = null;
    this.error.hidden = true;
    field.el.classList.remove('wrong');
    this.#size(field);
    this.#offer(field);
  }

  #checkField(field) {
    if (!field.input.value) return;
    const result = this.#value(field);
    field.el.classList.toggle('wrong', Boolean(result.error));
    field.input.setAttribute('aria-invalid', String(Boolean(result.error)));
  }

  #value(field) {
    const { option, input, picked } = field;
    if (option.type === C.ATTACHMENT) {
      const file = input.files?.[0];
      if (file) return { value: file };
      return option.required ? { error: 'Choose a file.' } : { empty: true };
    }
    return C.check(option, input.value, picked);
  }

  // Suggestions ------------------------------------------------------------------

  #help(note) {
    const { suggest } = this.ctx;
    suggest.attach(this.name);
    suggest.show({
      title: [h('b', null, '/' + this.entry.name), ' ', this.entry.description],
      note: note ?? 'Press Enter to send, Escape to cancel.', testid: 'slash-help',
    });
  }

  #offerOptions() {
    const { suggest } = this.ctx;
    suggest.attach(this.more);
    suggest.show({
      title: 'Optional options', label: 'Optional options', testid: 'slash-options',
      items: this.#unused.map((o) => ({
        testid: 'slash-more-option', attrs: { 'data-option': o.name },
        row: () => [h('span', { class: 'suggest-main' }, h('b', null, o.name),
          h('span', { class: 'suggest-sub' }, o.description))],
        pick: () => this.#add(o).input.focus(),
      })),
    });
  }

  #offer(field) {
    const { option } = field;
    this.ctx.suggest.attach(field.input);
    if (option.autocomplete) {
      this.#autocomplete(field);
      return;
    }
    this.#showFor(field, this.#candidates(field));
  }

  #candidates(field) {
    const { option, input } = field;
    const { store } = this.ctx;
    const typed = field.picked ? '' : input.value.replace(/^[@#]/, '');
    const find = (items) => search(typed, items, (x) => [x.label, x.description ?? '', x.value], 25)
      .map((x) => ({ name: x.label, value: x.value, icon: x.icon, note: x.description, color: x.color }));
    switch (option.type) {
      case C.USER: return find(userItems(store));
      case C.ROLE: return find(roleItems(store));
      case C.CHANNEL: return find(channelItems(store, option.channel_types));
      case C.MENTIONABLE: return find([...userItems(store), ...roleItems(store)]);
      default: return search(typed, C.choicesOf(option), (x) => x.name);
    }
  }

  #showFor(field, candidates, note) {
    const { option } = field;
    const range = C.rangeText(option);
    const prefix = { [C.CHANNEL]: '#', [C.USER]: '@', [C.ROLE]: '@', [C.MENTIONABLE]: '@' }[option.type] ?? '';
    const type = C.TYPE_NAMES[option.type] ?? 'value';
    this.ctx.suggest.show({
      label: option.name, testid: 'slash-choices',
      title: [h('b', null, option.name), ' ', option.description ?? '',
        h('span', { class: 'suggest-type' }, range ? `${type}, ${range}` : type)],
      note,
      items: candidates.map((c) => ({
        testid: 'slash-choice', attrs: { 'data-value': String(c.value) },
        row: () => [c.icon && h('span', { class: 'pick-icon' }, c.icon()),
          h('span', { class: 'suggest-main' },
            h('span', { style: c.color ? { color: c.color } : {} }, c.name),
            c.note && h('span', { class: 'suggest-sub' }, c.note))],
        pick: () => this.#pick(field, { value: c.value, name: prefix + c.name }),
      })),
    });
  }

  #pick(field, choice) {
    field.picked = choice;
    field.input.value = choice.name;
    field.el.classList.remove('wrong');
    this.error.hidden = true;
    this.#size(field);
    this.#next(field);
  }

  #next(field) {
    const at = this.fields.indexOf(field);
    const empty = this.fields.slice(at + 1).find((f) => !f.input.value);
    if (empty) empty.input.focus();
    else {
      this.ctx.suggest.hide();
      this.ctx.suggest.show({ note: 'Press Enter to send, Escape to cancel.', testid: 'slash-help' });
    }
  }

  #autocomplete(field) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    clearTimeout(this.timer);
    if (field.picked) return this.#showFor(field, []);
    this.#showFor(field, [], 'Loading options…');
    this.timer = setTimeout(async () => {
      const options = {};
      for (const f of this.fields) {
        const r = f === field ? { value: f.input.value } : this.#value(f);
        if (r.value !== undefined && !(r.value instanceof File)) options[f.option.name] = r.value;
      }
      let note = '', choices = [];
      try {
        const answer = await this.ctx.actions.autocomplete(this.entry.name, options, field.option.name);
        choices = answer?.choices ?? [];
        if (!answer?.choices) note = 'Loading options failed.';
        else if (!choices.length) note = 'No options match your search.';
      } catch (e) {
        note = `Loading options failed: ${e.message}`;
      }
      if (turn === this.turn && document.activeElement === field.input) this.#showFor(field, choices, note);
    }, AUTOCOMPLETE_DELAY_MS);
  }

  // Keys ----------------------------------------------------------------------------

  #key(ev) {
    const { suggest } = this.ctx;
    const field = this.fields.find((f) => f.input === ev.target);
    if (ev.isComposing) return;
    if (ev.key === 'ArrowDown' || ev.key === 'ArrowUp') {
      if (!suggest.open) return;
      this.chosen = ev.target;
      suggest.move(ev.key === 'ArrowDown' ? 1 : -1);
    } else if (ev.key === 'Escape') {
      this.cancel('');
    } else if (ev.key === 'Enter') {
      this.#enter(field, ev.target === this.more);
    } else if (ev.key === 'Tab' && !ev.shiftKey && field && this.#tab(field)) {
      // moved on inside of the form
    } else if (ev.key === 'Backspace' && this.#atStart(ev.target)) {
      if (field && !field.option.required) this.#remove(field);
      else if (!field || field === this.fields[0]) this.cancel('/' + this.entry.name);
      else this.fields[this.fields.indexOf(field) - 1].input.focus();
    } else {
      return;
    }
    ev.preventDefault();
    ev.stopPropagation();
  }

  #atStart(target) {
    return target === this.name || target === this.more ||
      (target.type === 'file' ? !target.files.length : target.value === '');
  }

  /** A text that is a value already is not replaced by the first suggestion. */
  #settled(field) {
    if (field.picked) return true;
    return field.option.autocomplete ? false : !this.#value(field).error;
  }

  #enter(field, onMore) {
    const { suggest } = this.ctx;
    // an arrow key chose a row; else only text that is no value yet needs one
    const walked = this.chosen === (onMore ? this.more : field?.input);
    const needs = field && field.input.value && !this.#settled(field);
    if (suggest.open && (walked && !field?.picked || needs)) {
      this.chosen = null;
      suggest.pick();
      return;
    }
    this.send();
  }

  #tab(field) {
    const { suggest } = this.ctx;
    if (!field.picked && suggest.open && (field.input.value || field.option.required) &&
        !(field.input.value && !this.#value(field).error)) {
      suggest.pick();
      return true;
    }
    const next = this.fields[this.fields.indexOf(field) + 1];
    if (next) next.input.focus();
    else if (!this.more.hidden) this.more.focus();
    else return false;
    return true;
  }

  // Sending -------------------------------------------------------------------------

  #fail(field, text) {
    replace(this.error, icon('info', { size: 16 }), field ? h('b', null, field.option.name + ': ') : null, text);
    this.error.hidden = false;
    if (!field) return;
    field.el.classList.add('wrong');
    field.input.setAttribute('aria-invalid', 'true');
    field.input.focus();
  }

  async send() {
    if (this.sending) return;
    const options = {};
    for (const f of this.fields) {
      const r = this.#value(f);
      if (r.error) return this.#fail(f, r.error);
      if (!r.empty) options[f.option.name] = r.value instanceof File ? await readFile(r.value) : r.value;
    }
    this.sending = true;
    this.el.setAttribute('aria-busy', 'true');
    try {
      await this.ctx.actions.runCommand(this.entry.name, options);
      this.ctx.suggest.hide();
      this.done();
    } catch (e) {
      this.#fail(null, e.message);
    } finally {
      this.sending = false;
      this.el.removeAttribute('aria-busy');
    }
  }
}
