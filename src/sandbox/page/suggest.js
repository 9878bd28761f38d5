// SPDX-License-Identifier: MIT
// The list that opens above the composer: commands, choices, mentions.

import { h, replace } from './dom.js';

let serial = 0;

export class Suggest {
  constructor(input) {
    this.id = `suggest-${++serial}`;
    this.el = h('div', { class: 'suggest', testid: 'suggest' });
    this.el.hidden = true;
    this.items = [];
    this.active = 0;
    this.input = input;
    this.el.addEventListener('pointerdown', (ev) => ev.preventDefault()); // focus stays
  }

  get open() {
    return !this.el.hidden && this.items.length > 0;
  }

  /**
   * items: [{ row: () => [nodes], testid, attrs, pick }]; title and note are
   * nodes or text; keep: the active row stays when the list changes.
   */
  show({ title, items = [], note, label, active = 0, testid }) {
    this.items = items;
    this.active = items.length ? Math.min(Math.max(active, 0), items.length - 1) : -1;
    this.el.setAttribute('data-testid', testid ?? 'suggest');
    const list = h('div', { class: 'suggest-list', role: 'listbox', id: this.id, 'aria-label': label ?? 'Suggestions' },
      items.map((item, i) => h('div', {
        class: 'suggest-row', role: 'option', id: `${this.id}-${i}`, testid: item.testid,
        ...item.attrs,
        on: { click: () => item.pick(), pointermove: () => this.#mark(i) },
      }, item.row())));
    replace(this.el, title && h('div', { class: 'suggest-title' }, title), items.length ? list : null,
      note && h('div', { class: 'suggest-note', role: 'status' }, note));
    this.el.hidden = !items.length && !note && !title;
    this.#paint();
  }

  hide() {
    this.items = [];
    this.el.hidden = true;
    this.#paint();
  }

  move(step) {
    if (!this.open) return;
    this.#mark((this.active + step + this.items.length) % this.items.length);
    this.el.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }

  pick() {
    if (!this.open) return false;
    this.items[this.active].pick();
    return true;
  }

  /** The input that the list describes, when it changes. */
  attach(input) {
    this.input?.removeAttribute('aria-activedescendant');
    if (this.input?.hasAttribute('aria-expanded')) this.input.setAttribute('aria-expanded', 'false');
    this.input = input;
    this.#paint();
  }

  #mark(i) {
    if (this.active === i) return;
    this.active = i;
    this.#paint();
  }

  #paint() {
    [...this.el.querySelectorAll('.suggest-row')].forEach((row, i) => {
      row.classList.toggle('active', i === this.active);
      row.setAttribute('aria-selected', String(i === this.active));
    });
    const { input } = this;
    if (!input) return;
    if (input.getAttribute('role') === 'combobox') input.setAttribute('aria-expanded', String(this.open));
    if (this.open) {
      input.setAttribute('aria-controls', this.id);
      input.setAttribute('aria-activedescendant', `${this.id}-${this.active}`);
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  }
}
