// SPDX-License-Identifier: MIT
// The drawer on the right, with a tab for each of its panels.

import { h, button } from './dom.js';
import { icon } from './icons.js';
import { faultsPanel } from './faults.js';
import { limitsPanel, trafficPanel } from './traffic.js';

export class Drawer {
  constructor(ctx) {
    this.tabs = [
      { id: 'traffic', title: 'Traffic', ...trafficPanel(ctx) },
      { id: 'limits', title: 'Rate limits', ...limitsPanel(ctx) },
      { id: 'faults', title: 'Faults', ...faultsPanel(ctx) },
    ];
    const list = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Behind the scenes' },
      this.tabs.map((t) => (t.tab = button({
        class: 'tab', role: 'tab', id: `tab-${t.id}`, 'aria-controls': `panel-${t.id}`, testid: `tab-${t.id}`,
        on: { click: () => this.open(t.id) },
      }, t.title))));
    list.addEventListener('keydown', (ev) => this.#key(ev));
    for (const t of this.tabs) {
      t.el.id = `panel-${t.id}`;
      t.el.setAttribute('role', 'tabpanel');
      t.el.setAttribute('aria-labelledby', `tab-${t.id}`);
    }
    this.el = h('aside', { class: 'drawer', 'aria-label': 'Behind the scenes', testid: 'drawer' },
      h('header', { class: 'drawer-head' }, list, button({
        class: 'icon-button', 'aria-label': 'Close', title: 'Close', testid: 'drawer-close',
        on: { click: () => this.close() },
      }, icon('close', { size: 20 }))),
      this.tabs.map((t) => t.el));
    this.el.addEventListener('keydown', (ev) => ev.key === 'Escape' && this.close());
    this.el.hidden = true;
    this.current = 'traffic';
  }

  #key(ev) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
    if (!step) return;
    const at = this.tabs.findIndex((t) => t.id === this.current);
    const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.open(next.id);
    next.tab.focus();
  }

  open(id) {
    if (this.el.hidden) this.opener = document.activeElement;
    this.current = id;
    this.el.hidden = false;
    for (const t of this.tabs) {
      const on = t.id === id;
      t.el.hidden = !on;
      t.tab.setAttribute('aria-selected', String(on));
      t.tab.tabIndex = on ? 0 : -1;
      if (on) t.shown();
    }
    this.changed?.();
  }

  close() {
    this.el.hidden = true;
    this.opener?.focus?.();
    this.changed?.();
  }

  toggle(id) {
    if (!this.el.hidden && this.current === id) this.close();
    else this.open(id);
  }
}
