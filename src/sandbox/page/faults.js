// SPDX-License-Identifier: MIT
// The drawer's buttons that make the sandbox misbehave.

import { h, replace, button, announce } from './dom.js';
import { icon } from './icons.js';

/** [group, [[label, explanation, (guild, channel) => fault]]] */
export const FAULTS = [
  ['Gateway', [
    ['Drop the connection', 'The socket ends without a close frame; the bot should resume.', () => ({ fault: 'drop' })],
    ['Op 7 Reconnect', 'The bot should close, come back and resume.', () => ({ fault: 'op7' })],
    ['Op 9, resumable', 'Invalid session with d: true; the bot should resume.', () => ({ fault: 'op9', resumable: true })],
    ['Op 9, not resumable', 'Invalid session with d: false; the bot should identify anew.', () => ({ fault: 'op9', resumable: false })],
    ['Stop ACKs', 'Heartbeats stay unanswered; the bot should notice and reconnect.', () => ({ fault: 'no_acks' })],
    ['Close 4009', 'Session timed out; the bot should identify anew.', () => ({ fault: 'close', code: 4009 })],
    ['Ask for a heartbeat', 'Op 1 from the server; the bot should answer at once.', () => ({ fault: 'server_op1' })],
  ]],
  ['REST', [
    ['429 on the next request', 'One request is limited for 2 seconds.', () => ({ fault: 'rest_429', scope: 'user', retry_after: 2, times: 1 })],
    ['Global 429', 'All requests are limited for 2 seconds.', () => ({ fault: 'rest_429', scope: 'global', retry_after: 2, times: 1 })],
    ['Three times 502', 'The next three requests meet a bad gateway.', () => ({ fault: 'rest_502', times: 3 })],
    ['Slow answer', 'The next request is answered after 4 seconds.', () => ({ fault: 'rest_slow', ms: 4000, times: 1 })],
  ]],
  ['Guild', [
    ['Outage of this server', 'GUILD_DELETE with unavailable, and back after 10 seconds.',
      (guild) => guild && ({ fault: 'outage', guild: guild.id, ms: 10000 })],
  ]],
];

function describe(fault) {
  const { fault: name, ...rest } = fault;
  const args = Object.entries(rest).map(([k, v]) => `${k}: ${typeof v === 'object' ? JSON.stringify(v) : v}`);
  return [name, ...args].join(', ');
}

export function faultsPanel({ store, api, actions }) {
  const error = h('p', { class: 'error-line', role: 'alert', testid: 'fault-error' });
  const armed = h('div', { class: 'armed', testid: 'armed-faults' });
  const groups = h('div', { class: 'fault-groups' });
  error.hidden = true;

  async function attempt(fn, said) {
    error.hidden = true;
    try {
      await fn();
      announce(said);
      actions.refreshFaults();
    } catch (e) {
      replace(error, icon('info', { size: 16 }), e.message);
      error.hidden = false;
    }
  }

  function paintGroups() {
    replace(groups, FAULTS.map(([title, list]) => h('fieldset', { class: 'fault-group' }, h('legend', null, title),
      list.map(([label, text, make]) => {
        const fault = make(store.guild, store.channel);
        return button({
          class: 'fault', testid: 'fault', 'data-fault': JSON.stringify(fault ?? {}), disabled: !fault,
          on: { click: () => attempt(() => api.arm(fault), `${label}: done`) },
        }, h('b', null, label), h('span', { class: 'muted small' }, fault ? text : 'Choose a server first.'));
      }))));
  }

  function paintArmed() {
    replace(armed, h('h3', null, 'Armed'), store.faults.length
      ? [h('ul', null, store.faults.map((f) => h('li', { testid: 'armed-fault' }, describe(f)))),
        button({
          class: 'btn btn-danger', testid: 'disarm', on: { click: () => attempt(() => api.disarm(), 'All faults disarmed') },
        }, 'Disarm all')]
      : h('p', { class: 'muted small' }, 'Nothing is armed.'));
  }

  const own = h('input', {
    class: 'field', testid: 'fault-json', 'aria-label': 'A fault as JSON', spellcheck: 'false', autocomplete: 'off',
    placeholder: '{"fault":"close","code":4007}',
  });
  const form = h('form', {
    class: 'own-fault', on: { submit: (ev) => {
      ev.preventDefault();
      attempt(() => {
        let fault;
        try {
          fault = JSON.parse(own.value);
        } catch {
          throw new Error('This is not JSON.');
        }
        return api.arm(fault);
      }, 'Fault armed');
    } },
  }, own, h('button', { type: 'submit', class: 'btn btn-secondary' }, 'Arm'));

  store.on('state place guilds', paintGroups);
  store.on('state faults', paintArmed);
  const el = h('section', { class: 'panel scroll', 'aria-label': 'Faults', testid: 'faults-panel' },
    h('p', { class: 'muted small' }, 'What a real Discord does on a bad day. The bot should come through all of it.'),
    error, groups, h('h3', null, 'Any other, as JSON'), form, armed);
  return { el, shown: () => { paintGroups(); paintArmed(); } };
}
